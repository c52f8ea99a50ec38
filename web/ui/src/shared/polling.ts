/**
 * Asks again and again, one question at a time: the net under a live feed. And the moments at which asking at once is
 * worth it: the network is back, somebody looks at the page again.
 */
export interface Poll {
  /** Asks now, or once more if a question is under way: its answer may be too old. */
  now(): void;
  stop(): void;
}

/** `ask` is awaited; then `waitMs` says how long to wait. Hidden pages do not ask, unless `always`. */
export function makePoll(ask: () => Promise<unknown>, waitMs: () => number, always = false): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let again = false;
  let stopped = false;

  const round = async (): Promise<void> => {
    clearTimeout(timer);
    asking = true;
    try {
      do {
        again = false;
        if (always || document.visibilityState === "visible") await ask();
      } while (again && !stopped);
    } finally {
      asking = false;
      if (!stopped) timer = setTimeout(() => void round(), waitMs());
    }
  };
  return {
    now() {
      if (asking) again = true;
      else if (!stopped) void round();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

export interface Waking {
  online(): void;
  offline(): void;
  visible(): void;
}

/** Returns how to stop listening. */
export function onWaking({ online, offline, visible }: Waking): () => void {
  const seen = (): void => {
    if (document.visibilityState === "visible") visible();
  };
  addEventListener("online", online);
  addEventListener("offline", offline);
  document.addEventListener("visibilitychange", seen);
  return () => {
    removeEventListener("online", online);
    removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", seen);
  };
}
