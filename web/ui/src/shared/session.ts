/** Who sits before this page: asked of the server, which knows by the session cookie. */
import { ref, type Ref } from "vue";
import { ApiError, call } from "./api.ts";
import { named, type DistrictView, type Module, type OwnDistrict } from "./districts.ts";

export interface Me {
  id: string;
  role: "police" | "auxiliary" | "commander" | "administrator" | "auditor";
  service_number: string;
  unit: string;
  districts: OwnDistrict[];
  /** `due`: nothing else opens before there is one. */
  second_factor: "on" | "off" | "due";
  idle_seconds: number;
}

/** `unreachable`: the server gave no answer, so nobody knows yet. */
export type SessionState = "loading" | "signed_out" | "signed_in" | "unreachable";

export interface Session {
  state: Ref<SessionState>;
  me: Ref<Me | null>;
  load(): Promise<void>;
  /** Asks again without a word: what is on for him may have changed. Whatever goes wrong leaves what was known. */
  refresh(): Promise<void>;
  /** The server no longer knows this session. */
  lost(): void;
  signOut(): Promise<void>;
}

export function useSession(): Session {
  const state = ref<SessionState>("loading");
  const me = ref<Me | null>(null);

  const load = async (): Promise<void> => {
    try {
      me.value = await whoAmI();
      state.value = "signed_in";
    } catch (error) {
      const refused = error instanceof ApiError && !error.transient;
      state.value = refused ? "signed_out" : "unreachable";
    }
  };
  const refresh = async (): Promise<void> => {
    const known = await whoAmI().catch(() => null);
    if (known && me.value) me.value = known;
  };
  const lost = (): void => {
    me.value = null;
    state.value = "signed_out";
  };
  const signOut = async (): Promise<void> => {
    await call("/api/v1/sessions/current", { method: "DELETE", wakes: false }).catch(() => undefined);
    lost();
  };
  return { state, me, load, refresh, lost, signOut };
}

export async function whoAmI(): Promise<Me> {
  const { districts, ...facts } = await call<Omit<Me, "districts"> & { districts: (DistrictView & { modules: Module[] })[] }>("/api/v1/me");
  return { ...facts, districts: named(districts).map((one, at) => ({ ...one, modules: districts[at]!.modules })) };
}
