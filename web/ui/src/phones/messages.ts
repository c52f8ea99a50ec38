/** Pure: the simulator's messages, gathered by phone; the phone that heard something last stands first. */
export interface Message {
  number: number;
  /** Which phone; tells nothing else. */
  phone: string;
  phone_masked: string;
  text_zh: string;
  text_en: string;
  /** A page that only this phone's owner should open. */
  link: string | null;
  at: string;
}

export interface Phone {
  id: string;
  masked: string;
  /** The oldest first, as on a phone. */
  messages: Message[];
}

const MESSAGES_KEPT = 30;
const PHONES_KEPT = 40;

export function addMessages(phones: readonly Phone[], messages: readonly Message[]): readonly Phone[] {
  if (messages.length === 0) return phones;
  const known = new Map(phones.map((phone) => [phone.id, phone]));
  for (const message of messages) {
    const phone = known.get(message.phone);
    if (phone?.messages.some(({ number }) => number === message.number)) continue;
    const all = [...(phone?.messages ?? []), message].sort((a, b) => a.number - b.number);
    known.set(message.phone, { id: message.phone, masked: message.phone_masked, messages: all.slice(-MESSAGES_KEPT) });
  }
  const newest = ({ messages: all }: Phone): number => all[all.length - 1]?.number ?? 0;
  return [...known.values()].sort((a, b) => newest(b) - newest(a)).slice(0, PHONES_KEPT);
}

export function lastNumber(phones: readonly Phone[]): number {
  return Math.max(0, ...phones.flatMap(({ messages }) => messages.map(({ number }) => number)));
}
