// An accuracy report as one HTML file that needs no other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "accuracy/chart.hpp"
#include "accuracy/rows.hpp"

namespace gradproof {

namespace {

constexpr const char* style = R"css(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2024;--soft:#5b6470;--line:#d9dde3;--band:#f4f6f8;
  --accent:#0b5cad;--bad:#a8200d;--curve:#0b5cad}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--ink:#e6e9ed;--soft:#a3adb8;--line:#363d45;
  --band:#1d2227;--accent:#7ab8ff;--bad:#ff9b87;--curve:#7ab8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}h3{font-size:1rem;
  margin:1.6rem 0 .4rem}
p{margin:.5rem 0;max-width:50rem}.soft{color:var(--soft)}
.verdict{font-size:1.1rem}
.bad{color:var(--bad);font-weight:600}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr:last-child td{border-bottom:0}
tbody tr:nth-child(even of :not([hidden])){background:var(--band)}
thead th{background:var(--band);padding:0}
td.number,th.number{text-align:right}
thead button{all:unset;cursor:pointer;display:block;padding:.4rem .6rem;font-weight:600;width:100%;
  box-sizing:border-box}
thead button:focus-visible,a:focus-visible,input:focus-visible,select:focus-visible,.scroll:focus-visible{
  outline:3px solid var(--accent);outline-offset:-2px}
th[aria-sort=ascending] button::after{content:" \2191"}th[aria-sort=descending] button::after{
  content:" \2193"}
td.wide{white-space:normal;min-width:14rem}
.plain th{padding:.4rem .6rem}
code{font:.9em ui-monospace,monospace}
a{color:var(--accent)}
.controls{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:end;margin:.6rem 0}
.controls label{display:flex;flex-direction:column;font-size:.85rem;color:var(--soft)}
.controls label.check{flex-direction:row;align-items:center;gap:.4rem;min-height:2.2rem}
input[type=search],select{font:inherit;color:var(--ink);background:var(--ground);
  border:1px solid var(--soft);border-radius:4px;padding:.25rem .5rem;min-height:2.2rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:.4rem 1.2rem}
figure{margin:0;max-width:34rem}figcaption{font-size:.9rem;color:var(--soft)}
svg{width:100%;height:auto;display:block}svg text{font:10px system-ui,sans-serif;fill:var(--soft)}
svg .grid{stroke:var(--line);fill:none}svg .tick{stroke:var(--soft);fill:none}
svg .half{stroke:var(--soft);stroke-dasharray:3 3;fill:none}
svg .curve{stroke:var(--curve);stroke-width:1.6;fill:none;stroke-linejoin:round}
@media print{@page{size:A4 landscape;margin:12mm}th,td{padding:.1rem .25rem}table{font-size:7pt}
  td code{white-space:normal;overflow-wrap:anywhere}td.wide{min-width:0}thead button{padding:.1rem .25rem}}
@media print{.controls{display:none}body{font-size:10pt}.scroll{overflow:visible}h3{break-after:avoid}
  figure{break-inside:avoid}tr{break-inside:avoid}}
)css";

constexpr const char* script = R"js(
const at=id=>document.getElementById(id);
const table=at('parts'),body=table.tBodies[0],heads=[...table.tHead.rows[0].cells];
const key=(row,i)=>{const c=row.cells[i],k=c.dataset.key;
  return k===undefined?c.textContent:k==='inf'?Infinity:Number(k)};
heads.forEach((head,i)=>head.querySelector('button').addEventListener('click',()=>{
  const first=head.classList.contains('number')?'descending':'ascending';
  const other=first==='ascending'?'descending':'ascending';
  const way=head.getAttribute('aria-sort')===first?other:first;
  heads.forEach(h=>h.removeAttribute('aria-sort'));head.setAttribute('aria-sort',way);
  const sign=way==='ascending'?1:-1;
  body.append(...[...body.rows].sort((a,b)=>{const x=key(a,i),y=key(b,i);return sign*(x<y?-1:x>y?1:0)}));
}));
const words=at('words'),dtype=at('dtype'),only=at('only'),count=at('count');
const filter=()=>{let shown=0;const wanted=words.value.toLowerCase().split(/\s+/).filter(Boolean);
  for(const row of body.rows){const text=row.textContent.toLowerCase();
    const fits=wanted.every(w=>text.includes(w))&&(!dtype.value||row.dataset.dtype===dtype.value)&&
      (!only.checked||row.dataset.off==='1');
    row.hidden=!fits;shown+=fits}
  for(const s of document.querySelectorAll('section[data-dtype]'))
    s.hidden=!!dtype.value&&s.dataset.dtype!==dtype.value;
  count.textContent=shown+' of '+body.rows.length+' rows'};
[words,dtype,only].forEach(e=>e.addEventListener('input',filter));filter();
)js";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string anchor(const OperationAccuracy& o) {
  std::string id = fmt::format("{}-{}", o.operation, format(o.dtype).name);
  std::ranges::replace(id, ' ', '_');
  return id;
}

bool is_off(const PartAccuracy& p) { return (p.worst && p.worst->ulps > 1) || !oddities_text(p).empty(); }

std::string number_cell(double v) {
  return fmt::format(R"(<td class="number{}" data-key="{}">{}</td>)", v > 1 ? " bad" : "",
                     std::isinf(v) ? "inf" : fmt::format("{}", v), ulps_text(v));
}

std::string row_html(const AccuracyRow& row) {
  const OperationAccuracy& o = *row.operation;
  const PartAccuracy& p = *row.part;
  const double share = p.drawn == 0 ? 0 : static_cast<double>(p.nearest) / static_cast<double>(p.drawn);
  std::string text =
    fmt::format(R"(<tr data-dtype="{}" data-off="{}"><td><a href="#{}">{}</a></td><td>{}</td><td>{}</td>)",
                format(o.dtype).name, is_off(p) ? 1 : 0, anchor(o), escaped(o.operation), escaped(p.part),
                format(o.dtype).words);
  text +=
    number_cell(p.worst ? p.worst->ulps : 0) + number_cell(p.p999) + number_cell(p.p99) + number_cell(p.p50);
  text += fmt::format(R"(<td class="number" data-key="{}">{}</td><td class="wide{}">{}</td>)", share,
                      nearest_text(p), lacks_a_number(p) ? " bad" : "", escaped(oddities_text(p)));
  text += p.worst && p.worst->ulps > 0
            ? fmt::format("<td><code>{}</code></td><td><code>{}</code></td><td><code>{}</code></td></tr>\n",
                          escaped(inputs_text(p.worst->inputs)), plain_text(p.worst->observed),
                          escaped(p.worst->truth))
            : std::string("<td></td><td></td><td></td></tr>\n");
  return text;
}

std::string summary(const AccuracyReport& r, const std::vector<AccuracyRow>& worst) {
  if (worst.empty())
    return fmt::format("<p class=\"verdict bad\">Nothing was measured. {}</p>", escaped(r.report.reason));
  const auto within = std::ranges::count_if(worst, [](const AccuracyRow& row) { return !is_off(*row.part); });
  std::string text = fmt::format(
    "<p class=\"verdict\">{} of {} values and derivatives are within 1 ulp of the truth wherever it was "
    "looked, with nothing unusual.",
    within, worst.size());
  const auto ulps = [](const AccuracyRow& row) { return row.part->worst ? row.part->worst->ulps : 0; };
  const AccuracyRow& first = *std::ranges::max_element(worst, std::ranges::less{}, ulps);
  if (ulps(first) > 1)
    text += fmt::format(" The furthest off: <a href=\"#{}\">{} {} in {}</a>, {} ulp at <code>{}</code>.",
                        anchor(*first.operation), escaped(first.operation->operation), first.part->part,
                        format(first.operation->dtype).words, ulps_text(first.part->worst->ulps),
                        escaped(inputs_text(first.part->worst->inputs)));
  const auto without_number =
    std::ranges::count_if(worst, [](const AccuracyRow& row) { return lacks_a_number(*row.part); });
  if (without_number > 0)
    text +=
      fmt::format(" <span class=\"bad\">{} of them give{} NaN or an infinity where a number is right.</span>",
                  without_number, without_number == 1 ? "s" : "");
  return text + "</p>\n";
}

std::string controls(const AccuracyReport& r) {
  std::string options;
  std::vector<Dtype> seen;
  for (const OperationAccuracy& o : r.operations)
    if (std::ranges::find(seen, o.dtype) == seen.end()) seen.push_back(o.dtype);
  for (const Dtype d : seen)
    options += fmt::format("<option value=\"{}\">{}</option>", format(d).name, format(d).words);
  return "<div class=\"controls\"><label>Filter<input type=\"search\" id=\"words\" placeholder=\"tanh "
         "d/dx\"></label>"
         "<label>Dtype<select id=\"dtype\"><option value=\"\">all</option>" +
         options +
         "</select></label><label class=\"check\"><input type=\"checkbox\" id=\"only\">Only above 1 ulp, or "
         "unusual"
         "</label><span id=\"count\" class=\"soft\" role=\"status\"></span></div>\n";
}

std::string table_html(const std::vector<AccuracyRow>& rows) {
  std::string text =
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Errors of each operation\"><table "
    "id=\"parts\">"
    "<thead><tr>";
  const std::array<std::pair<const char*, bool>, 12> heads = {{{"operation", false},
                                                               {"part", false},
                                                               {"dtype", false},
                                                               {"max", true},
                                                               {"p99.9", true},
                                                               {"p99", true},
                                                               {"p50", true},
                                                               {"nearest", true},
                                                               {"counted", false},
                                                               {"max is at", false},
                                                               {"observed", false},
                                                               {"truth", false}}};
  for (const auto& [title, is_number] : heads)
    text += fmt::format(R"(<th scope="col"{}><button type="button">{}</button></th>)",
                        is_number ? " class=\"number\"" : "", title);
  text += "</tr></thead>\n<tbody>\n";
  for (const AccuracyRow& row : rows) text += row_html(row);
  return text + "</tbody></table></div>\n";
}

std::string charts(const AccuracyReport& r) {
  std::string text =
    "<h2>Error against the size of the input</h2>\n<p class=\"soft\">The largest error in ulps for each "
    "power of two "
    "of the (first) input, on a logarithmic scale. Negative inputs are on the left, large ones outside. "
    "Above 2^16 "
    "and below 2^-64 sixteen exponents share a place. Half an ulp, dashed, is what rounding costs.</p>\n";
  for (const OperationAccuracy& o : r.operations) {
    if (o.parts.empty()) continue;
    text += fmt::format("<section data-dtype=\"{}\"><h3 id=\"{}\">{} in {}</h3><div class=\"charts\">\n",
                        format(o.dtype).name, anchor(o), escaped(o.operation), format(o.dtype).words);
    std::string exact;
    for (const PartAccuracy& p : o.parts) {
      if (p.worst && p.worst->ulps > 0)
        text += fmt::format("<figure>{}<figcaption>{}: {} ulp at most</figcaption></figure>\n",
                            chart_of(o, p), p.part, ulps_text(p.worst->ulps));
      else exact += (exact.empty() ? "" : ", ") + p.part;
    }
    if (!exact.empty()) text += "<p class=\"soft\">" + exact + ": no error in any number.</p>\n";
    text += "</div></section>\n";
  }
  return text;
}

std::string unusual(const AccuracyReport& r) {
  std::string text;
  for (const AccuracyRow& row : rows_of(r, RowOrder::table))
    for (const SpecialMiss& m : row.part->special_misses)
      text += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
        escaped(row.operation->operation), row.part->part, format(row.operation->dtype).words,
        escaped(inputs_text(m.inputs)), plain_text(m.observed), plain_text(m.expected));
  if (!text.empty())
    text =
      "<h2>Other than expected at infinities, NaN and the edges of domains</h2>\n<div class=\"scroll\" "
      "tabindex=\"0\" "
      "role=\"region\" aria-label=\"Special values\"><table class=\"plain\"><thead><tr><th "
      "scope=\"col\">operation</th>"
      "<th scope=\"col\">part</th><th scope=\"col\">dtype</th><th scope=\"col\">at</th><th "
      "scope=\"col\">observed</th>"
      "<th scope=\"col\">expected</th></tr></thead><tbody>\n" +
      text + "</tbody></table></div>\n";
  std::string troubles;
  for (const OperationAccuracy& o : r.operations)
    if (!o.trouble.empty())
      troubles += fmt::format("<li>{} in {}: {}{}</li>\n", escaped(o.operation), format(o.dtype).words,
                              o.unsupported ? "unsupported: " : "", escaped(o.trouble));
  if (!troubles.empty()) text += "<h2>Not measured</h2>\n<ul>" + troubles + "</ul>\n";
  return text;
}

}  // namespace

std::string to_html(const AccuracyReport& r) {
  const std::vector<AccuracyRow> rows = rows_of(r, RowOrder::worst_first);
  const std::string title = "Accuracy of " + escaped(r.report.subject.target);
  std::string text =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>" +
    title + "</title><link rel=\"icon\" href=\"data:,\"><style>" + style +
    "</style></head>\n<body><main>\n<h1>" + title + "</h1>\n<p class=\"soft\">" +
    escaped(r.report.subject.framework) + " &middot; gradproof " + escaped(r.report.version) + "</p>\n";
  text += summary(r, rows);
  if (!rows.empty()) {
    text += "<h2>Errors in ulps of the unrounded truth</h2>\n" + controls(r) + table_html(rows);
    text +=
      "<p class=\"soft\"><b>nearest</b>: the share of drawn inputs at which no number of the format is "
      "nearer to "
      "the truth. <b>vanished</b>: 0 where the truth is a normal number; <b>flushed</b>: 0 where it is a "
      "subnormal "
      "one; <b>infinite</b>, <b>NaN</b>: where a number is right; <b>finite</b>: where the truth is beyond "
      "the "
      "format; <b>special</b>: other than expected at an infinity, a NaN or the edge of the domain. " +
      escaped(method_text(r)) + " " + subnormals_text(r) + " By: <code>" + escaped(command_text(r)) +
      "</code></p>\n";
  }
  text += unusual(r);
  if (!rows.empty()) text += charts(r) + "<script>" + script + "</script>\n";
  return text + "</main></body></html>\n";
}

}  // namespace gradproof
