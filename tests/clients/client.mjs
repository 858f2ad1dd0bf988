// Asks by sparql-http-client: node client.mjs ENDPOINT get|postDirect|postUrlencoded select|construct|ask QUERY; prints JSON.
import ParsingClient from 'sparql-http-client/ParsingClient.js'

const [endpointUrl, operation, form, query] = process.argv.slice(2)
const terms = (things) => Object.fromEntries(things.map(([name, term]) => [name, term.value]))
const result = await new ParsingClient({ endpointUrl }).query[form](query, { operation })
const shown = {
  ask: () => result,
  select: () => result.map((row) => terms(Object.entries(row))),
  construct: () =>
    [...result].map(({ subject, predicate, object }) => ({
      ...terms(Object.entries({ subject, predicate, object })),
      language: object.language
    }))
}
console.log(JSON.stringify(shown[form]()))
