#include "report/page.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr const char* style = R"css(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2024;--soft:#5b6470;--line:#d9dde3;--band:#f4f6f8;
  --accent:#0b5cad;--bad:#a8200d;--good:#17693a;--open:#7a5200;--curve:#0b5cad;--mark:#fdeceb;
  --s0:#a8200d;--s1:#0b5cad;--s2:#1d7a3a;--s3:#7a3db8}
@media screen and (prefers-color-scheme:dark){:root{--ground:#14171a;--ink:#e6e9ed;--soft:#a3adb8;--line:#363d45;
  --band:#1d2227;--accent:#7ab8ff;--bad:#ff9b87;--good:#79d49b;--open:#e9bf62;--curve:#7ab8ff;--mark:#3a1f1b;
  --s0:#ff9b87;--s1:#7ab8ff;--s2:#7fd99a;--s3:#cda6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}h3{font-size:1rem;
  margin:1.6rem 0 .4rem}
p{margin:.5rem 0;max-width:50rem}h1+.scroll{margin-top:1rem}.soft{color:var(--soft)}
.verdict{font-size:1.1rem}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}.open{color:var(--open)}
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
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
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
svg .dots{stroke-width:2.4;stroke-linecap:round;stroke-opacity:.45;fill:none}
svg .s0{stroke:var(--s0)}svg .s1{stroke:var(--s1)}svg .s2{stroke:var(--s2)}svg .s3{stroke:var(--s3)}
.key .s0{color:var(--s0)}.key .s1{color:var(--s1)}.key .s2{color:var(--s2)}.key .s3{color:var(--s3)}
.key span{margin-right:1.2rem;font-weight:600;display:inline-block}
.badge{display:inline-block;border:2px solid;border-radius:6px;padding:.1rem .6rem;font-weight:700}
.badge.bad{background:var(--mark)}
.case{border:1px solid var(--line);border-radius:6px;padding:.2rem 1rem 1rem;margin:1rem 0}
article{border-top:3px solid var(--line);margin-top:2.5rem}h2.subject{font-size:1.35rem;overflow-wrap:anywhere}
.case h3{margin-top:.8rem}td.claim{min-width:18rem}small{font-size:.8rem}
  .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));
  gap:.4rem 1.2rem;align-items:start}
pre{font:.85em/1.45 ui-monospace,monospace;background:var(--band);border:1px solid var(--line);border-radius:4px;
  padding:.6rem .8rem;margin:.5rem 0;overflow-x:auto}
pre:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:-2px}
summary{cursor:pointer;padding:.3rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1.2rem;margin:.5rem 0}dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
@media screen and (max-width:32rem){td.wide{min-width:5.5rem}td.claim{min-width:5.3rem;overflow-wrap:anywhere}
  td.claim~td{white-space:normal;min-width:0}td.number~td.wide{min-width:12rem}
  .claim small,.claim br{display:none}table{font-size:.82rem}th,td,.plain th{padding:.3rem}thead th{white-space:normal}
  thead button{padding:.4rem .3rem}td small{font-size:.72rem}
  .sorts tbody tr{background:var(--ground)}.sorts td:first-child{background:inherit}
  .sorts td:first-child,.sorts th:first-child{position:sticky;left:0}
  figure svg text{font-size:13px}pre{white-space:pre-wrap;overflow-wrap:anywhere}
  dl{grid-template-columns:1fr}dd{margin:0 0 .4rem}h1{font-size:1.35rem}}
svg.drawing{width:auto;max-width:100%;margin:.5rem 0}
svg.drawing text{font:12px ui-monospace,monospace;fill:var(--ink)}svg.drawing .small{font-size:11px;fill:var(--soft)}
svg.drawing .box{fill:var(--ground);stroke:var(--soft)}svg.drawing .leaf .box{fill:var(--band)}
svg.drawing .reversal .box{stroke:var(--accent);stroke-width:2.5}svg.drawing .reversal .small{fill:var(--accent)}
svg.drawing .edge{stroke:var(--soft);fill:none}svg.drawing .tip{fill:var(--soft)}
svg.drawing .wrong .box{fill:var(--mark);stroke:var(--bad);stroke-width:2.5}svg.drawing .claim{fill:var(--bad);font-weight:600}
.bars{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:.6rem 1.6rem}
.bars h3{margin:.6rem 0 .2rem}.bars table{font-size:.85rem}.bars td,.bars th{padding:.1rem .4rem;border:0}
.bars .bar{width:55%}.bar i{display:block;height:.7rem;background:var(--curve);border-radius:2px;min-width:1px}
.bars th{font-weight:400;color:var(--soft);background:none}
@media print{@page{size:A4 landscape;margin:12mm}th,td{padding:.1rem .25rem}table{font-size:7pt}
  td code{white-space:normal;overflow-wrap:anywhere}td.wide{min-width:0}thead button{padding:.1rem .25rem}}
@media print{details>*{display:block}pre{white-space:pre-wrap}.case{break-inside:avoid}.bar i{print-color-adjust:exact}}
@media print{:root{color-scheme:light}small{font-size:6pt}h1,h2{break-after:avoid}}
@media print{.controls{display:none}body{font-size:10pt}.scroll{overflow:visible}h3{break-after:avoid}
  figure{break-inside:avoid}tr{break-inside:avoid}}
)css";

constexpr const char* script = R"js(
const numberOf=k=>k==='inf'?Infinity:k==='nan'?NaN:Number(k);
const key=(row,i)=>{const c=row.cells[i],k=c.dataset.key;return k===undefined?c.textContent:numberOf(k)};
for(const table of document.querySelectorAll('table.sorts')){
  const body=table.tBodies[0],heads=[...table.tHead.rows[0].cells];
  heads.forEach((head,i)=>head.querySelector('button').addEventListener('click',()=>{
    const first=head.classList.contains('number')?'descending':'ascending';
    const other=first==='ascending'?'descending':'ascending';
    const way=head.getAttribute('aria-sort')===first?other:first;
    heads.forEach(h=>h.removeAttribute('aria-sort'));head.setAttribute('aria-sort',way);
    const sign=way==='ascending'?1:-1;
    body.append(...[...body.rows].sort((a,b)=>{const x=key(a,i),y=key(b,i);return sign*(x<y?-1:x>y?1:0)}));
  }));
}
for(const controls of document.querySelectorAll('.controls')){
  const body=document.getElementById(controls.dataset.table).tBodies[0];
  const words=controls.querySelector('input[type=search]'),only=controls.querySelector('input[type=checkbox]');
  const choices=[...controls.querySelectorAll('select')],count=controls.querySelector('[role=status]');
  const filter=()=>{let shown=0;const wanted=words.value.toLowerCase().split(/\s+/).filter(Boolean);
    for(const row of body.rows){const text=row.textContent.toLowerCase();
      const fits=wanted.every(w=>text.includes(w))&&(!only||!only.checked||row.dataset[only.dataset.of]==='1')&&
        choices.every(c=>!c.value||row.dataset[c.dataset.of]===c.value);
      row.hidden=!fits;shown+=fits}
    for(const c of choices)for(const s of document.querySelectorAll('section[data-'+c.dataset.of+']'))
      s.hidden=!!c.value&&s.dataset[c.dataset.of]!==c.value;
    count.textContent=shown+' of '+body.rows.length+' rows'};
  [words,only,...choices].forEach(e=>e&&e.addEventListener('input',filter));filter();
}
const folded=[...document.querySelectorAll('details')];
addEventListener('beforeprint',()=>folded.forEach(d=>{d.dataset.was=d.open?'1':'';d.open=true}));
addEventListener('afterprint',()=>folded.forEach(d=>{d.open=d.dataset.was==='1'}));
)js";

}  // namespace

const char* page_style() { return style; }

const char* page_script() { return script; }

}  // namespace gradproof::inline v0
