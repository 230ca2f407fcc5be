// Serves one gradient reversal layer, written in JavaScript, to gradproof over standard input and output.
//
//     node main.js FILE.js NAME
//
// The exchange is described in docs/reference/protocol.md. Standard output is taken away from everybody else
// before anything that could print is imported.
import { takeStandardStreams } from './wire.js';

const wire = takeStandardStreams();
const { serve } = await import('./service.js');
const { openFile } = await import('./opening.js');
const [file, name] = process.argv.slice(2);
await serve(wire, (contract) => openFile(file, name, contract));
