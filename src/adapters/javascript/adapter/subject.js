// A layer that is ready to be run, and what is known about it.
import { runCase } from './cases.js';
import { live, STEPS } from './scenario.js';
import { CaseTrouble } from './trouble.js';

export class Subject {
  constructor(framework, name, bound, declared, isInFile) {
    this.framework = framework;
    const isFactor = declared.convention === 'factor';
    this.bound = Object.assign(bound, { isFactor, vector: framework.differentiateLater ? declared.vector : false });
    this.description = {
      adapter: framework.name, framework: framework.description, subject: name, form: bound.form, lambda: bound.strength,
      dtypes: framework.dtypes, ops: ['input', 'const', 'reverse', ...Object.keys(framework.ops)], layouts: ['contiguous'], steps: framework.differentiateLater ? STEPS : [], twice: true, reads: declared.reads };
    if (isFactor) this.description.convention = 'factor';
    if (this.bound.vector) this.description.vector = true;
    if (isInFile) this.description.usage = usageOf(framework, bound.usage);
    if (isInFile && this.bound.vector) this.description.usage.vector = framework.vectorText + (this.bound.vector === 'column' ? '.expandDims(1)' : '');
    if (bound.isFixed) this.description.fixed_lambda = isFactor && bound.fixedStrength !== null ? -bound.fixedStrength : bound.fixedStrength;
  }

  run(request) {
    const { dtypes } = this.framework;
    if (!dtypes.includes(request.dtype))
      throw new CaseTrouble('unsupported', `dtype '${request.dtype}'; known: ${dtypes.join(', ')}`);
    return this.framework.session(() => (request.scenario === undefined
      ? runCase(this.framework, this.bound, request)
      : { outputs: [], gradients: live(this.framework, this.bound, request.dtype, request.scenario) }));
  }
}

// The usage without what is empty; a tensor is handed over as the framework wants it.
function usageOf(framework, usage) {
  const texts = Object.entries(usage).filter(([, text]) => text);
  return Object.fromEntries(texts.map(([word, text]) => [word, word === 'call' ? text.replace('{x}', framework.useText) : text]));
}
