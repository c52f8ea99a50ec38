/**
 * Whose phone received what: messages put into phones, the phone with the newest message first. Pure.
 */
export interface Message {
  number: number;
  phone: string;
  phone_masked: string;
  text_zh: string;
  text_en: string;
  link: string | null;
  at: string;
}

export interface Phone {
  id: string;
  masked: string;
  /** Oldest first, as a phone shows them. */
  messages: Message[];
}

/** A phone keeps so many messages here; older ones stay in the database. */
export const MOST_MESSAGES = 30;
export const MOST_PHONES = 60;

/** Adds what is new; a message that is known already is not shown twice. */
export function receive(phones: Phone[], arrived: Message[]): Phone[] {
  const known = new Map(phones.map((phone) => [phone.id, phone]));
  for (const message of arrived) {
    const phone = known.get(message.phone) ?? { id: message.phone, masked: message.phone_masked, messages: [] };
    if (phone.messages.some(({ number }) => number === message.number)) continue;
    const messages = [...phone.messages, message].sort((one, other) => one.number - other.number).slice(-MOST_MESSAGES);
    known.set(message.phone, { ...phone, messages });
  }
  return [...known.values()].sort((one, other) => newest(other) - newest(one)).slice(0, MOST_PHONES);
}

/** The number after which to ask for more. */
export function newestOf(phones: Phone[]): number {
  return phones.reduce((most, phone) => Math.max(most, newest(phone)), 0);
}

function newest(phone: Phone): number {
  return phone.messages.at(-1)?.number ?? 0;
}
