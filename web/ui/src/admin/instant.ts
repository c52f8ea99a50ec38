/** Pure: what a field for date and time holds, read as Beijing time whatever the zone of the computer. */
export const instantOf = (typed: string): string => `${typed.length === 16 ? `${typed}:00` : typed}+08:00`;
