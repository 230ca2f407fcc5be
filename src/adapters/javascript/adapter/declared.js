// What the author declares of a layer in GRADPROOF, and what holds where nothing is said.
import { SubjectTrouble } from './trouble.js';

const MEANING = {
  reads: { known: ['forward', 'backward'], about: 'λ is read' },
  convention: { known: ['reversal', 'factor'], about: 'the convention is' },
  vector: { known: [false, true, 'column'], about: 'of vectors of λ' },
};

const ELSEWHERE = ['lambda', 'schedule', 'step', 'read'];

// { reads, convention, vector }, each one of its known words, of which the first is the usual one.
export function declared(module) {
  const said = module.GRADPROOF ?? {};
  // A word that nobody knows would be a promise that nobody judges.
  const unknown = Object.keys(said).find((word) => ![...Object.keys(MEANING), ...ELSEWHERE].includes(word));
  if (unknown !== undefined)
    throw new SubjectTrouble('form', `GRADPROOF says ${JSON.stringify(unknown)}, which means nothing; known: ${[...Object.keys(MEANING), ...ELSEWHERE].join(', ')}`);
  return Object.fromEntries(Object.entries(MEANING).map(([key, { known, about }]) => {
    const word = said[key] ?? known[0];
    if (!known.includes(word))
      throw new SubjectTrouble('form', `GRADPROOF says ${about} ${JSON.stringify(word)}; it must be one of ${known.map((each) => JSON.stringify(each)).join(', ')}`);
    return [key, word];
  }));
}
