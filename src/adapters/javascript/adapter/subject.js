// A layer that is ready to be run, and what is known about it.
import { runCase } from './cases.js';
import { live, STEPS } from './scenario.js';
import { CaseTrouble } from './trouble.js';

export class Subject {
  constructor(framework, name, bound, reads, isInFile) {
    this.framework = framework;
    this.bound = bound;
    this.description = {
      adapter: framework.name, framework: framework.description, subject: name, form: bound.form, lambda: bound.strength,
      dtypes: framework.dtypes, ops: ['input', 'const', 'reverse', ...Object.keys(framework.ops)], layouts: ['contiguous'], steps: framework.differentiateLater ? STEPS : [], twice: true, reads };
    if (isInFile) this.description.usage = usageOf(framework, bound.usage);
    if (bound.isFixed) this.description.fixed_lambda = bound.fixedStrength;
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
