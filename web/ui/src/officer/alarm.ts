/** Sound and vibration for an offer. Browsers allow sound only after a touch: `arm` is called on the first one. */
import { ref, type Ref } from "vue";

export interface Alarm {
  muted: Ref<boolean>;
  /** On a break: nothing sounds, whoever is asked by name feels it. */
  quiet: Ref<boolean>;
  arm(): void;
  /** Somebody is asked by name: loud, twice. */
  offer(): void;
  /** Something new on the board: one short tone. */
  news(): void;
  toggle(): void;
}

const STORE = "wufen:muted";
const BUZZ = [220, 90, 220, 90, 420];
/** Two rising tones, far enough apart for an old loudspeaker in the rain. Hz. */
const TONES: readonly number[] = [880, 1318];

export function makeAlarm(): Alarm {
  const muted = ref(localStorage.getItem(STORE) === "1");
  const quiet = ref(false);
  let audio: AudioContext | null = null;

  const arm = (): void => {
    audio ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    if (audio?.state === "suspended") void audio.resume();
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

  return {
    muted,
    quiet,
    arm,
    offer() {
      navigator.vibrate?.(BUZZ);
      if (muted.value || quiet.value) return;
      for (const round of [0, 0.55]) TONES.forEach((hertz, i) => tone(hertz, round + i * 0.18, 0.32, 0.6));
    },
    news() {
      if (!muted.value && !quiet.value) tone(660, 0, 0.18, 0.18);
    },
    toggle() {
      muted.value = !muted.value;
      localStorage.setItem(STORE, muted.value ? "1" : "0");
    },
  };
}
