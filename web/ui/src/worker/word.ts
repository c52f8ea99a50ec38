/** What a page says to a worker that waits: its own build, which means "I am yours", or `any`: somebody has asked for it. */
export interface Word {
  build: string;
}
