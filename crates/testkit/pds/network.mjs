// A small network of the AT protocol on loopback: directory (PLC), server of accounts (PDS), and a Jetstream that tells
// what the PDS's own firehose says. Arguments: a folder, and the three ports; or `directory` and its port alone, for a
// directory that outlives the rest (it keeps nothing on disk). The rest may be killed and started again.
import fs from 'node:fs'
import net from 'node:net'
import { IdResolver } from '@atproto/identity'
import { Firehose } from '@atproto/sync'
import { WebSocketServer } from 'ws'

const [role, ...numbers] = process.argv.slice(2)
const [plcPort, pdsPort, jetPort] = numbers.map(Number)
const folder = role

// Both servers would listen to the whole house.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...more) {
  if (typeof where !== 'number') return listen.call(this, where, ...more)
  const ready = more.filter((argument) => typeof argument === 'function')
  return listen.call(this, { port: where, host: '127.0.0.1' }, ...ready)
}

if (role === 'directory') {
  const { Database, PlcServer } = (await import('@did-plc/server')).default
  await (await PlcServer.create({ db: Database.mock(), port: plcPort })).start()
  console.log('the directory is up')
  await new Promise(() => setInterval(() => {}, 1 << 30))
}
const { PDS, envToCfg, envToSecrets, readEnv } = await import('@atproto/pds')

const blobs = `${folder}/blobs`
fs.mkdirSync(blobs, { recursive: true })
const settings = {
  ...readEnv(),
  port: pdsPort,
  hostname: 'localhost',
  serviceHandleDomains: ['.test'],
  devMode: true,
  disableSsrfProtection: true,
  dataDirectory: folder,
  blobstoreDiskLocation: blobs,
  didPlcUrl: `http://127.0.0.1:${plcPort}`,
  inviteRequired: false,
  adminPassword: 'only-for-tests',
  jwtSecret: 'only-for-tests-and-long-enough-for-it',
  dpopSecret: '5a'.repeat(32),
  plcRotationKeyK256PrivateKeyHex: '2b'.repeat(32),
  rateLimitsEnabled: false,
  crawlers: [],
}
await (await PDS.create(envToCfg(settings), envToSecrets(settings))).start()

// Jetstream: https://github.com/bluesky-social/jetstream
// What was told stands on disk before it is told, so that it is told again under the same time.
const log = `${folder}/told.jsonl`
const kept = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n') : []
const told = []
let lastSeq = 0
let lastTime = 0
for (const line of kept) {
  // The last line of a killed server may be half of one.
  try {
    const { seq, event } = JSON.parse(line)
    told.push(event)
    lastSeq = seq
    lastTime = event.time_us
  } catch {}
}
const listeners = new Set()

function wants({ collections, dids }, event) {
  if (dids.length > 0 && !dids.includes(event.did)) return false
  if (event.kind !== 'commit' || collections.length === 0) return true
  return collections.some((name) =>
    name.endsWith('.*') ? event.commit.collection.startsWith(name.slice(0, -1)) : event.commit.collection === name,
  )
}

function tell(listener, event) {
  if (wants(listener, event)) listener.socket.send(JSON.stringify(event))
}

const streams = new WebSocketServer({ host: '127.0.0.1', port: jetPort, path: '/subscribe' })
const listening = new Promise((done) => streams.on('listening', done))
streams.on('connection', (socket, request) => {
  const query = new URL(request.url, 'ws://localhost').searchParams
  const listener = { socket, collections: query.getAll('wantedCollections'), dids: query.getAll('wantedDids') }
  const cursor = query.get('cursor')
  if (cursor !== null) {
    for (const event of told) if (event.time_us >= Number(cursor)) tell(listener, event)
  }
  listeners.add(listener)
  socket.on('close', () => listeners.delete(listener))
})

function asJetstream(event, time_us) {
  const { did } = event
  switch (event.event) {
    case 'create':
    case 'update':
    case 'delete': {
      const { rev, collection, rkey, record, cid } = event
      const commit = { rev, operation: event.event, collection, rkey }
      if (event.event !== 'delete') Object.assign(commit, { record, cid: cid.toString() })
      return { did, time_us, kind: 'commit', commit }
    }
    case 'identity':
      return { did, time_us, kind: 'identity', identity: { did, handle: event.handle, seq: event.seq, time: event.time } }
    case 'account':
      return { did, time_us, kind: 'account', account: { active: event.active, did, seq: event.seq, time: event.time } }
  }
}

new Firehose({
  service: `ws://127.0.0.1:${pdsPort}`,
  idResolver: new IdResolver({ plcUrl: `http://127.0.0.1:${plcPort}` }),
  unauthenticatedCommits: true,
  unauthenticatedHandles: true,
  getCursor: () => lastSeq,
  onError: (error) => console.error(error.message),
  handleEvent: (event) => {
    lastTime = Math.max(lastTime + 1, Date.now() * 1000)
    const shaped = asJetstream(event, lastTime)
    if (!shaped) return
    fs.appendFileSync(log, `\n${JSON.stringify({ seq: event.seq, event: shaped })}`)
    lastSeq = event.seq
    told.push(shaped)
    for (const listener of listeners) tell(listener, shaped)
  },
}).start()
await listening
console.log('the network is up')
