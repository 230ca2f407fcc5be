// Scripts in JavaScript: TensorFlow.js and jax-js.
#include "report/dialect.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::string_view opening = R"({story}
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const HERE = path.dirname(fileURLToPath(import.meta.url));
const FILE = process.argv[2] ? path.resolve(process.argv[2]) : {file};
let faults = 0;

// The framework is looked for where the author's file would find it.
function locate(name) {
  for (let at = path.dirname(fs.realpathSync(FILE)); ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (fs.existsSync(folder)) {
      const { exports, main } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      let entry = exports?.['.'] ?? exports ?? main ?? 'index.js';
      while (typeof entry !== 'string') entry = entry.node ?? entry.import ?? entry.default;
      return pathToFileURL(path.join(folder, entry)).href;
    }
    if (at === path.dirname(at)) throw new Error(`there is no ${name} for ${FILE}`);
  }
}

{imports}

// Compares entry by entry, and prints the first that is wrong, or the first. One number stands for all, null for any;
// no gradient at all counts as zeros.
function check(what, seen, expected, allowed, zerosDiffer = false) {
  const values = seen === null ? null : numbers(seen);
  const wanted = Array.isArray(expected) ? expected : Array(values?.length ?? 1).fill(expected);
  const observed = values ?? wanted.map(() => 0);
  const permitted = Array.isArray(allowed) ? allowed : wanted.map(() => allowed);
  const isRight = (at) => same(wanted[at], observed[at], permitted[at], zerosDiffer);
  const wrong = wanted.findIndex((_, at) => !isRight(at));
  if (wrong >= 0 || observed.length !== wanted.length) ++faults;
  const at = Math.max(wrong, 0);
  console.log(`${what}, entry ${at} of ${observed.length}: expected ${wanted[at]}, observed ${observed[at]}, ` +
    `allowed error ${permitted[at]}${wrong >= 0 || observed.length !== wanted.length ? '   WRONG' : ''}`);
}

function same(expected, seen, allowed, zerosDiffer) {
  if (expected === null) return true;
  if (Number.isNaN(expected)) return Number.isNaN(seen);
  if (zerosDiffer && expected === 0 && seen === 0) return Object.is(expected, seen);
  return seen === expected || Math.abs(seen - expected) <= allowed;
}
)";

constexpr std::string_view form_support = R"(
function check_form(what, seen, shape, kind) {
  if (seen === null) return;
  const isWrong = String(seen.shape) !== String(shape) || seen.dtype !== kind;
  if (isWrong) ++faults;
  console.log(`${what}: expected [${shape}] of ${kind}, observed [${seen.shape}] of ${seen.dtype}${isWrong ? '   WRONG' : ''}`);
}
)";

constexpr std::string_view loading = R"(
const module = await import(pathToFileURL(FILE).href);
const {bound} = (module.{name} ?? module.default.{name});
{prelude}
)";

constexpr std::string_view closing = R"(
console.log(faults ? 'The fault shows.' : 'The fault does not show.');
process.exitCode = faults ? 1 : 0;
)";

constexpr std::string_view unshown = R"(console.log("This can't be shown without gradproof: {reason}.");
process.exit(2);
)";

constexpr std::string_view reserved =
  " arguments async await break case catch class const continue debugger default delete do else enum eval "
  "export extends "
  "false finally for function if implements import in instanceof interface let new null package private "
  "protected "
  "public return static super switch this throw true try typeof var void while with yield undefined fs path "
  "fileURLToPath pathToFileURL nan inf HERE FILE faults locate check same check_form module numbers "
  "gradients forward "
  "graph value tf jax np engine join itsLayer process console Number Math Array Object String ";

constexpr Dialect javascript() {
  Dialect d;
  d.extension = "mjs";
  d.comment = "// ";
  d.opening = opening;
  d.absolute_file = "{file}";
  d.relative_file = "path.join(HERE, {file})";
  d.form_support = form_support;
  d.loading = loading;
  d.package_loading = loading;
  d.closing = closing;
  d.unshown = unshown;
  d.reserved = reserved;
  d.nan = "nan";
  d.infinity = "inf";
  d.nothing = "null";
  d.yes = "true";
  d.no = "false";
  d.tuple = "[{sizes}]";
  d.layouts[0] = "const {name} = {data};";
  d.assign = "let {name} = {value};";
  d.check = "check('{what}', {name}, {expected}, {allowed}, {zeros});";
  d.form = "check_form('{what}', {name}, {dims}, {dtype});";
  d.first = "const first_{name} = numbers({name});";
  d.loop_open = "for (let call = 0; call < {count}; ++call) {";
  d.loop_close = "}";
  return d;
}

// --- TensorFlow.js

constexpr std::array tfjs_ops = {
  OpText{"add", "tf.add({a}, {b})"},
  OpText{"sub", "tf.sub({a}, {b})"},
  OpText{"mul", "tf.mul({a}, {b})"},
  OpText{"div", "tf.div({a}, {b})"},
  OpText{"max", "tf.maximum({a}, {b})"},
  OpText{"min", "tf.minimum({a}, {b})"},
  OpText{"logaddexp", "tf.logSumExp(tf.stack([{a}, {b}]), 0)"},
  OpText{"neg", "tf.neg({a})"},
  OpText{"exp", "tf.exp({a})"},
  OpText{"expm1", "tf.expm1({a})"},
  OpText{"log", "tf.log({a})"},
  OpText{"log1p", "tf.log1p({a})"},
  OpText{"sin", "tf.sin({a})"},
  OpText{"cos", "tf.cos({a})"},
  OpText{"tanh", "tf.tanh({a})"},
  OpText{"sigmoid", "tf.sigmoid({a})"},
  OpText{"sqrt", "tf.sqrt({a})"},
  OpText{"square", "tf.square({a})"},
  OpText{"relu", "tf.relu({a})"},
  OpText{"step", "tf.step({a})"},
  OpText{"pow", "tf.pow({a}, tf.scalar({v0}))"},
  OpText{"matmul", "tf.matMul({a}, {b})"},
  OpText{"transpose", "tf.transpose({a})"},
  OpText{"sum all", "tf.sum({a}, [0, 1], true)"},
  OpText{"sum rows", "tf.sum({a}, 0, true)"},
  OpText{"sum cols", "tf.sum({a}, 1, true)"},
  OpText{"broadcast", "tf.broadcastTo({a}, {shape})"},
  OpText{"reshape", "tf.reshape({a}, {shape})"},
  OpText{"slice", "tf.slice({a}, [{v0}, {v2}], [{rows}, {cols}])"},
  OpText{"concat rows", "tf.concat([{a}, {b}], 0)"},
  OpText{"concat cols", "tf.concat([{a}, {b}], 1)"},
};

constexpr std::string_view tfjs_imports = R"(const framework = await import(locate('@tensorflow/tfjs'));
const tf = framework.default?.engine ? framework.default : framework;
await tf.setBackend('cpu');
await tf.ready();)";

constexpr std::string_view tfjs_helpers = R"(
// A tensor that was disposed of has none.
const numbers = (tensor) => (Array.isArray(tensor) ? tensor : Array.from(tensor.isDisposed ? [] : tensor.dataSync()));

// The inputs' gradients for these cotangents of the outputs; null where there is none. The outputs are put together by
// an operation that hands each of them its cotangent as it is.
function gradients(outputs, inputs, cotangents) {
  const join = tf.customGrad(() => ({ value: tf.scalar(0), gradFunc: () => cotangents }));
  return tf.engine().gradients(() => join(...outputs), inputs, null, true).grads.map((each) => each ?? null);
}

// Runs the steps over a tape, so that gradients of what they did can be asked for at any time.
function overTape(steps) {
  tf.tidy(() => {
    tf.engine().gradients(() => {
      steps();
      return tf.scalar(0);
    }, [tf.scalar(0)], null, true);
  });
}
)";

constexpr Dialect tfjs_dialect = [] {
  Dialect d = javascript();
  d.adapter = "tfjs";
  d.imports = tfjs_imports;
  d.helpers = tfjs_helpers;
  d.ops = tfjs_ops;
  d.session_open = "overTape(() => {";
  d.session_close = "});";
  d.dtypes = {"'float16'", "'bfloat16'", "'float32'", "'float64'"};
  d.array = "tf.tensor({nested}, {dims}, {dtype})";
  d.constant_array = "tf.fill({dims}, {value}, {dtype})";
  d.keep = "const kept_{name} = numbers({name});";
  d.kept = "check('memory of {what}', {name}, kept_{name}, 0, true);";
  d.gradients = "const [{gradients}] = gradients([{outputs}], [{inputs}], [{cotangents}]);";
  d.twice =
    "const [{gradients}] = gradients([{outputs}], [{inputs}], [{cotangents}]);\n"
    "const [{seconds}] = gradients([{gradients}], [{inputs}], [{weights}]);";
  d.forward = "const {name} = {call};";
  d.backward = "const [{record}] = gradients([{of}], [{input}], [{cotangent}]);";
  d.read = "const {record} = numbers({of});";
  d.strength =
    "const strengths = Object.values({of}).filter((each) => each instanceof tf.Variable && each.trainable);\n"
    "const through_{leaf} = {call};\n"
    "const [{record}] = gradients([through_{leaf}], strengths, [tf.onesLike(through_{leaf})]);";
  return d;
}();

// --- jax-js. Whoever is given an array owns it; ref is a reference of one's own.

constexpr std::array jaxjs_ops = {
  OpText{"add", "{a}.ref.add({b}.ref)"},
  OpText{"sub", "{a}.ref.sub({b}.ref)"},
  OpText{"mul", "{a}.ref.mul({b}.ref)"},
  OpText{"div", "{a}.ref.div({b}.ref)"},
  OpText{"neg", "{a}.ref.neg()"},
  OpText{"exp", "np.exp({a}.ref)"},
  OpText{"sin", "np.sin({a}.ref)"},
  OpText{"cos", "np.cos({a}.ref)"},
  OpText{"transpose", "np.transpose({a}.ref)"},
  OpText{"reshape", "{a}.ref.reshape({shape})"},
};

constexpr std::string_view jaxjs_imports = R"(const jax = await import(locate('@jax-js/jax'));
const np = jax.numpy;
await jax.init('cpu');
jax.defaultDevice('cpu');)";

constexpr std::string_view jaxjs_helpers = R"(
const numbers = (array) => (Array.isArray(array) ? array : Array.from(array.ref.dataSync()));

// The outputs, and the inputs' gradients for these cotangents of theirs.
function gradients(graph, inputs, cotangents) {
  const [outputs, back] = jax.vjp((...given) => graph(...given), inputs.map((each) => each.ref));
  return [outputs, back(cotangents.map((each) => each.ref))];
}
)";

constexpr Dialect jaxjs_dialect = [] {
  Dialect d = javascript();
  d.adapter = "jax-js";
  d.imports = jaxjs_imports;
  d.helpers = jaxjs_helpers;
  d.ops = jaxjs_ops;
  d.dtypes = {"Float16Array", "", "Float32Array", "Float64Array"};
  d.array = "np.array({dtype}.from({nested}.flat())).reshape({dims})";
  d.constant_array = "np.array({dtype}.from({ length: {count} }, () => {value})).reshape({dims})";
  d.graph_open = "\nfunction graph({inputs}) {";
  d.graph_close = "    return [{outputs}];\n}\n\n";
  d.gradients = "const [[{outputs}], [{gradients}]] = gradients(graph, [{inputs}], [{cotangents}]);";
  return d;
}();

constexpr std::array dialects = {tfjs_dialect, jaxjs_dialect};

}  // namespace

std::span<const Dialect> javascript_dialects() { return dialects; }

}  // namespace gradproof::inline v0
