// Which names mean λ, and which mean the tensor.

const LAMBDA_NAMES = new Set(('l lam lamb lbd lmd lmb λ α weight w scale scaling factor gamma beta mu eta hp const constant c k s rate p ' +
  'multiplier intensity tradeoff').split(' '));
const LAMBDA_PARTS = ['lambd', 'lamda', 'lmbd', 'alpha', 'coef', 'strength', 'reversal', 'grlweight', 'adaptation'];
const TENSOR_NAMES = new Set(('x xs z h inp input inputs tensor tensors t data feature features feat feats hidden embedding embeddings').split(' '));

const plain = (name) => name.toLowerCase().replaceAll('_', '');

export function meansLambda(name) {
  return LAMBDA_NAMES.has(plain(name)) || LAMBDA_PARTS.some((part) => plain(name).includes(part));
}

export function meansTensor(name) {
  return TENSOR_NAMES.has(plain(name).replace(/0+$/, ''));
}

// A method such as setLambda or update_alpha.
export function setsLambda(name) {
  const found = /^(?:set|update)(.+)$/.exec(plain(name));
  return found !== null && meansLambda(found[1]);
}
