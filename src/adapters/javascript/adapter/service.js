// Answers requests, one line each, until gradproof says bye or closes the pipe.
import { UnknownOp, GraphError } from './graphtext.js';
import { asReply, Exit, oneLine, ProtocolTrouble, SubjectTrouble, CaseTrouble } from './trouble.js';

const PROTOCOL = 1;

// What a subject may be opened as: a layer, or a schedule of λ.
const CONTRACTS = ['', 'schedule'];

class Session {
  constructor(open) {
    this.open = open;
  }

  // The subject. It is imported once, at the first call; a failure to do so is final as well.
  async opened(contract) {
    if (this.refusal) throw this.refusal;
    try {
      this.subject ??= await this.open(contract);
    } catch (error) {
      this.refusal = error;
      throw error;
    }
    return this.subject;
  }
}

async function hello(session, request) {
  if (request.protocol !== PROTOCOL)
    throw new ProtocolTrouble(`this adapter speaks protocol ${PROTOCOL}; the request says ${JSON.stringify(request.protocol)}`);
  const { contract = '' } = request;
  if (!CONTRACTS.includes(contract)) throw new ProtocolTrouble(`this adapter knows no contract ${JSON.stringify(contract)}`);
  return { protocol: PROTOCOL, ...(await session.opened(contract)).description };
}

async function run(session, request) {
  if (!session.subject) throw new ProtocolTrouble('run before a hello that was answered with ok');
  if (!Array.isArray(request.cases)) throw new ProtocolTrouble('run needs `cases`, an array');
  const results = [];
  for (const [place, each] of request.cases.entries()) {
    results.push(result(session.subject, each, place));
    // What the subject has put off until later happens now, and not while another case is judged.
    await new Promise(setImmediate);
  }
  return { results };
}

function result(subject, request, place) {
  try {
    return subject.run(caseOf(request));
  } catch (error) {
    if (error instanceof CaseTrouble) return { error: asReply(error) };
    if (error instanceof UnknownOp)
      return { error: { kind: 'unsupported', message: `this adapter has no ${error.message}` } };
    if (error instanceof ProtocolTrouble || error instanceof GraphError)
      throw new ProtocolTrouble(`case ${place}: ${error.message}`);
    throw error;
  }
}

function caseOf(request) {
  if (request === null || typeof request !== 'object' || Array.isArray(request))
    throw new ProtocolTrouble('a case is a JSON object');
  const { graph = '', dtype, layout = 'contiguous', rank = 2, scenario, twice = false, contract = '' } = request;
  if (scenario === undefined && typeof request.graph !== 'string') throw new ProtocolTrouble('`graph` must be a string');
  for (const [name, value] of Object.entries({ dtype, layout, contract }))
    if (typeof value !== 'string') throw new ProtocolTrouble(`\`${name}\` must be a string`);
  if (!Number.isInteger(rank)) throw new ProtocolTrouble('`rank` must be an integer');
  if (typeof twice !== 'boolean') throw new ProtocolTrouble('`twice` must be true or false');
  return { graph, dtype, layout, rank, scenario, twice, contract };
}

const COMMANDS = { hello, run, bye: () => ({}) };

function requestOf(line) {
  let request;
  try {
    request = JSON.parse(line);
  } catch (error) {
    throw new ProtocolTrouble(`the request is not a line of JSON (${oneLine(error)})`);
  }
  if (request === null || typeof request !== 'object' || Array.isArray(request))
    throw new ProtocolTrouble('the request is not a JSON object');
  return request;
}

// The reply to one line. Whatever the line, there is one.
async function answer(session, line) {
  let id = null;
  try {
    const request = requestOf(line);
    if (Number.isInteger(request.id)) id = request.id;
    if (typeof request.command !== 'string' || !Object.hasOwn(COMMANDS, request.command))
      throw new ProtocolTrouble(`unknown command '${request.command}'; known: ${Object.keys(COMMANDS).join(', ')}`);
    const reply = await COMMANDS[request.command](session, request);
    return { last: request.command === 'bye', reply: { id, ok: true, ...reply } };
  } catch (error) {
    if (!(error instanceof SubjectTrouble || error instanceof ProtocolTrouble)) throw error;
    return { last: false, reply: { id, ok: false, error: asReply(error) } };
  }
}

// Answers over one connection; where it ends is the caller's business.
export async function converse(wire, open) {
  const session = new Session(open);
  for await (const line of wire.lines()) {
    const { reply, last } = await answer(session, line);
    await wire.send(JSON.stringify(reply));
    if (last) return;
  }
}

export async function serve(wire, open) {
  const end = process.reallyExit.bind(process);
  keepAlive();
  // A file whose top-level await never ends must not end the process, as it would with nothing left to do.
  const nothing = setInterval(() => {}, 1 << 30);
  try {
    await converse(wire, open);
  } catch (error) { // Ours. A process that stayed without an answer would be taken for a layer that never comes back.
    process.stderr.write(`${error.stack ?? error}\n`);
    end(70);
  }
  clearInterval(nothing);
  end(0);
}

// Ending the process, or an error that nobody waits for, is the subject's doing: the one is thrown back at it, and
// the other is told on standard error.
export function keepAlive() {
  const leave = (code) => {
    throw new Exit(`process.exit(${code ?? ''}) was called`);
  };
  process.exit = leave;
  process.reallyExit = leave;
  process.on('uncaughtException', (error) => process.stderr.write(`later: ${oneLine(error)}\n`));
  process.on('unhandledRejection', (error) => process.stderr.write(`later: ${oneLine(error)}\n`));
}
