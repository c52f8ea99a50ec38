/** Sound and vibration for offers and officers' alarms. Browsers allow sound only after a touch: `arm` is called on the first one. */
import { ref, type Ref } from "vue";

export interface Alarm {
  muted: Ref<boolean>;
  /** On a break: nothing sounds but a colleague's alarm; whoever is asked or sent by name feels it. */
  quiet: Ref<boolean>;
  /** False until the first touch: the browser lets nothing sound before it. */
  permitted: Ref<boolean>;
  arm(): void;
  /** Somebody is asked by name: loud, twice. */
  offer(): void;
  /** He is sent by order: longer and more urgent than being asked. */
  order(): void;
  /** Something new on the board: one short tone. */
  news(): void;
  /** A colleague needs help: a siren until it is switched off, whatever is muted. */
  panic(on: boolean): void;
  toggle(): void;
}

const STORE = "wufen:muted";
const BUZZ = [220, 90, 220, 90, 420];
/** Two rising tones, far enough apart for an old loudspeaker in the rain. Hz. */
const TONES: readonly number[] = [880, 1318];
/** Up and down, unlike anything else that a phone says. */
const SIREN: readonly number[] = [988, 740, 988, 740];
const SIREN_EVERY_MS = 1400;
const SOS = [120, 80, 120, 80, 120, 160, 320, 80, 320];

export function makeAlarm(): Alarm {
  const muted = ref(localStorage.getItem(STORE) === "1");
  const quiet = ref(false);
  const permitted = ref(false);
  const silent = (): boolean => muted.value || quiet.value;
  let audio: AudioContext | null = null;

  const arm = (): void => {
    if (!audio && typeof AudioContext !== "undefined") {
      audio = new AudioContext();
      // A call or another app may take the sound away again.
      audio.addEventListener("statechange", () => (permitted.value = audio?.state === "running"));
    }
    if (audio && audio.state !== "running") void audio.resume().catch(() => undefined);
    permitted.value = audio?.state === "running";
  };

  const tone = (hertz: number, afterSeconds: number, seconds: number, loud: number): void => {
    if (!audio || audio.state !== "running") return;
    const at = audio.currentTime + afterSeconds;
    const [source, volume] = [audio.createOscillator(), audio.createGain()];
    source.type = "triangle";
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loud, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    source.connect(volume).connect(audio.destination);
    source.start(at);
    source.stop(at + seconds);
  };

  let siren: ReturnType<typeof setInterval> | undefined;
  const wail = (): void => {
    navigator.vibrate?.(SOS);
    SIREN.forEach((hertz, i) => tone(hertz, i * 0.28, 0.27, 0.9));
  };

  return {
    muted,
    quiet,
    permitted,
    arm,
    offer() {
      navigator.vibrate?.(BUZZ);
      if (silent()) return;
      for (const round of [0, 0.55]) TONES.forEach((hertz, i) => tone(hertz, round + i * 0.18, 0.32, 0.6));
    },
    order() {
      navigator.vibrate?.([...BUZZ, 200, ...BUZZ, 200, ...BUZZ]);
      if (silent()) return;
      for (let round = 0; round < 5; round++) [...TONES, TONES[0]!].forEach((hertz, i) => tone(hertz, round * 0.75 + i * 0.16, 0.24, 0.85));
    },
    news() {
      if (!silent()) tone(660, 0, 0.18, 0.18);
    },
    panic(on) {
      if (on === (siren !== undefined)) return;
      clearInterval(siren);
      siren = on ? setInterval(wail, SIREN_EVERY_MS) : undefined;
      if (on) wail();
      else navigator.vibrate?.(0);
    },
    toggle() {
      muted.value = !muted.value;
      localStorage.setItem(STORE, muted.value ? "1" : "0");
    },
  };
}
