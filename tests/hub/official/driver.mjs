// The official JavaScript client, unmodified, driven by lines of JSON: commands on standard input, what it said
// on standard output. Holds no expectations; those are in the tests.
import { createInterface } from 'node:readline'

const { Centrifuge } = await import(process.argv[2])

const say = (event, of = {}) => process.stdout.write(`${JSON.stringify({ event, ...of })}\n`)

let client
const subscriptions = new Map()
const wanted = new Map() // promises for tokens and states, which the test brings

// Asks the test for something, and waits until it brings it.
function ask(what, of = {}) {
  return new Promise((resolve) => {
    wanted.set(what, resolve)
    say(what, of)
  })
}

// Passes on what an emitter says.
function hear(emitter, events, of = {}) {
  for (const event of events)
    emitter.on(event, (ctx) => say(event, { ...ctx, error: ctx.error && { ...ctx.error }, ...of }))
}

const commands = {
  open({ url, options = {} }) {
    client = new Centrifuge(url, { minReconnectDelay: 50, maxReconnectDelay: 500, ...options,
      ...(options.renew ? { getToken: () => ask('token wanted') } : {}) })
    hear(client, ['connected', 'connecting', 'disconnected', 'error', 'message'])
    for (const event of ['subscribed', 'publication', 'unsubscribed', 'join', 'leave'])
      client.on(event, (ctx) => say(`served ${event}`, ctx))
    client.connect()
  },
  subscribe({ channel, options = {} }) {
    const asking = {}
    if (options.renew) asking.getToken = () => ask('subscription token wanted', { channel })
    if (options.stateful) asking.getState = () => ask('state wanted', { channel })
    const subscription = client.newSubscription(channel, { minResubscribeDelay: 50, ...options, ...asking })
    hear(subscription, ['subscribed', 'publication', 'unsubscribed', 'subscribing', 'join', 'leave'])
    subscription.on('error', (ctx) => say('refused', { channel, error: { ...ctx.error } }))
    subscriptions.set(channel, subscription)
    subscription.subscribe()
  },
  unsubscribe: ({ channel }) => subscriptions.get(channel).unsubscribe(),
  bring({ what, value }) {
    wanted.get(what)(value)
    wanted.delete(what)
  },
  async ask({ method, args }) {
    try {
      say('answer', { value: await client[method](...args) })
    } catch (error) {
      say('answer', { error: { code: error.code, message: error.message } })
    }
  },
  disconnect: () => client.disconnect(),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...rest } = JSON.parse(line)
  commands[name](rest)
}
process.exit(0)
