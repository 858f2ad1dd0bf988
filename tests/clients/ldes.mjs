// Copies an event stream by ldes-client: node ldes.mjs URL CONFIG ORDER; prints each member as N-Quads. Its own program
// prints numbers as Turtle does, which is no N-Quads.
import { intoConfig, replicateLDES } from 'ldes-client'
import { Writer } from 'n3'

const [url, config, order] = process.argv.slice(2)
const writer = new Writer({ format: 'N-Quads' })
const client = replicateLDES(intoConfig({ url, ...JSON.parse(config) }), order)
client.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
const reader = client.stream({ highWaterMark: 10 }).getReader()
for (let step = await reader.read(); !step.done; step = await reader.read()) {
  process.stdout.write(writer.quadsToString(step.value.quads))
}
