// How the cards look. Every colour can be set from outside by a variable; without it, it follows `color-scheme`.

export const STYLE = `
:host {
  --_text: var(--toolreel-text, light-dark(#14161a, #eef0f4));
  --_text-2: var(--toolreel-text-2, light-dark(#4d5462, #a9b0bd));
  --_text-3: var(--toolreel-text-3, light-dark(#626978, #8d95a3));
  --_surface: var(--toolreel-surface, light-dark(#ffffff, #131519));
  --_sunken: var(--toolreel-sunken, light-dark(#f3f4f6, #1a1d22));
  --_hover: var(--toolreel-hover, light-dark(#eceef1, #22262d));
  --_line: var(--toolreel-line, light-dark(#e5e7eb, #24282f));
  --_track: var(--toolreel-track, light-dark(#e4e6ec, #2a2e37));
  --_accent: var(--toolreel-accent, light-dark(#4650d8, #8d96ff));
  --_good: var(--toolreel-good, light-dark(#14764a, #4cc38a));
  --_warn: var(--toolreel-warn, light-dark(#8f5400, #f0b042));
  --_bad: var(--toolreel-bad, light-dark(#bf2531, #ff7d84));
  --_quiet: var(--toolreel-quiet, light-dark(#626978, #8d95a3));
  --_mono: var(--toolreel-mono, ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace);
  display: block;
  container: board / inline-size;
  color: var(--_text);
  font: var(--toolreel-font, 400 0.875rem/1.5 system-ui, sans-serif);
}

* {
  box-sizing: border-box;
  margin: 0;
  padding: 0;
}
[hidden] {
  display: none !important;
}
ol {
  list-style: none;
}
.hush {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.board {
  position: relative;
}
.group-head,
.roll-head,
.card {
  position: absolute;
  top: 0;
  right: 0;
  left: 0;
}
[data-glides] [data-placed] {
  transition: transform 220ms cubic-bezier(0.2, 0.8, 0.2, 1);
}
.empty {
  padding: 3rem 1rem;
  color: var(--_text-2);
  text-align: center;
}
:focus-visible {
  outline: 2px solid var(--_accent);
  outline-offset: 2px;
}

.group-head {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  min-height: 32px;
  padding: 0 0.25rem 0.25rem;
}
h2 {
  color: var(--_text-2);
  font-size: 0.8125rem;
  font-weight: 600;
}
.count {
  min-width: 1.25rem;
  padding: 0 0.375rem;
  border-radius: 99px;
  background: var(--_sunken);
  color: var(--_text-2);
  font-size: 0.75rem;
  font-weight: 550;
  line-height: 1.25rem;
  text-align: center;
  font-variant-numeric: tabular-nums;
}
[data-group="attention"] h2 {
  color: var(--_bad);
}
[data-group="attention"] .group-head .count {
  background: color-mix(in srgb, var(--_bad) 14%, transparent);
  color: var(--_bad);
}
.all {
  margin-left: auto;
}
.all,
.link,
.fold {
  border: 0;
  background: none;
  color: var(--_text-2);
  font: inherit;
  font-size: 0.8125rem;
  cursor: pointer;
  min-height: 28px;
}
.all,
.link {
  padding: 0 0.5rem;
  border-radius: 6px;
}
.all:hover,
.link:hover {
  background: var(--_hover);
  color: var(--_text);
}

.card {
  --_tone: var(--_quiet);
  display: grid;
  grid-template:
    "mark head controls" auto
    "mark meta figures" auto
    "bar bar bar" auto
    ". about about" auto
    "more more more" auto / 1.75rem minmax(0, 1fr) auto;
  column-gap: 0.75rem;
  align-items: center;
  padding: 0.75rem 0.75rem 0.875rem 0.875rem;
  border: 1px solid var(--_line);
  border-radius: var(--toolreel-radius, 10px);
  background: var(--_surface);
  scroll-margin: 5rem 0 6rem;
  contain: content;
}
.card:focus-visible {
  outline-offset: -2px;
}
.card[data-sifted] {
  display: none;
}
.card:is([data-state="running"], [data-state="resuming"]) {
  --_tone: var(--_accent);
}
.card:is([data-state="pausing"], [data-state="paused"], [data-state="lost"]) {
  --_tone: var(--_warn);
}
.card[data-state="failed"] {
  --_tone: var(--_bad);
}
.card[data-state="succeeded"] {
  --_tone: var(--_good);
}
[data-away] .card {
  --_tone: var(--_quiet);
}

.mark {
  grid-area: mark;
  align-self: start;
  display: grid;
  place-items: center;
  width: 1.75rem;
  height: 1.75rem;
  margin-top: 0.125rem;
  border-radius: 8px;
  background: color-mix(in srgb, var(--_tone) 13%, transparent);
  color: var(--_tone);
}
svg {
  width: 14px;
  height: 14px;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.head {
  grid-area: head;
  min-width: 0;
  display: flex;
}
.title {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-weight: 550;
  letter-spacing: -0.006em;
}
code {
  font-family: var(--_mono);
  font-size: 0.92em;
  font-weight: 500;
  letter-spacing: -0.02em;
}
.card[data-unseen] .title::after {
  content: "";
  display: inline-block;
  width: 6px;
  height: 6px;
  margin-left: 0.5rem;
  border-radius: 50%;
  background: var(--_accent);
  vertical-align: middle;
}
.meta {
  grid-area: meta;
  min-width: 0;
  display: flex;
  gap: 0.5rem;
  font-size: 0.8125rem;
}
.word {
  flex: none;
  color: var(--_tone);
  font-weight: 500;
}
.note {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  color: var(--_text-2);
}
.note:empty {
  display: none;
}
.figures {
  grid-area: figures;
  display: flex;
  justify-content: flex-end;
  gap: 0.75rem;
  font-size: 0.8125rem;
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.percent {
  min-width: 2.5rem;
  font-weight: 550;
  text-align: right;
}
.time {
  min-width: 3.25rem;
  color: var(--_text-2);
  text-align: right;
}

.bar {
  grid-area: bar;
  display: flex;
  gap: 3px;
  height: 6px;
  margin-top: 0.75rem;
}
.bar i {
  flex: 1 1 0;
  min-width: 12px;
  overflow: hidden;
  border-radius: 3px;
  background: var(--_track);
}
.bar b {
  display: block;
  height: 100%;
  border-radius: inherit;
  background: var(--_tone);
  transform: scaleX(0);
  transform-origin: left;
}
.card[data-calm] i[data-active] b {
  animation: calm 1.8s ease-in-out infinite;
}
.card[data-state="lost"] b {
  background: repeating-linear-gradient(135deg, var(--_tone) 0 6px, transparent 6px 10px);
}
@keyframes calm {
  50% {
    opacity: 0.55;
  }
}

.about {
  grid-area: about;
  margin-top: 0.625rem;
  color: var(--_text-2);
  font-size: 0.8125rem;
  overflow-wrap: anywhere;
}
.about[data-tone="bad"] {
  color: var(--_bad);
}

.controls {
  grid-area: controls;
  display: flex;
  justify-content: flex-end;
  gap: 0.25rem;
}
.control {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.375rem;
  min-width: 32px;
  min-height: 32px;
  padding: 0 0.5rem;
  border: 0;
  border-radius: 6px;
  background: none;
  color: var(--_text-2);
  font: inherit;
  font-size: 0.8125rem;
  font-weight: 500;
  cursor: pointer;
}
.control:hover {
  background: var(--_hover);
  color: var(--_text);
}
.control[data-strong] {
  background: var(--_accent);
  color: light-dark(#fff, #0b0c0f);
  padding: 0 0.75rem;
}
.control[aria-disabled="true"] {
  color: var(--_text-3);
  background: none;
  cursor: default;
}
.control.open {
  padding: 0;
}
.control.open svg {
  transition: transform 150ms cubic-bezier(0.2, 0.8, 0.2, 1);
}
.control.open[aria-expanded="true"] svg {
  transform: rotate(180deg);
}

.card[data-form="compact"] {
  grid-template:
    "mark head meta bar figures controls" 2.5rem
    "about about about about about about" auto
    "more more more more more more" auto / 1.25rem minmax(7rem, 2fr) minmax(0, 7.5rem) minmax(4rem, 1fr) auto auto;
  padding: 0 0.375rem 0 0.75rem;
}
.card[data-form="row"] {
  grid-template:
    "mark head meta figures controls" 2.5rem
    "about about about about about" auto
    "more more more more more" auto / 1.25rem minmax(0, 1fr) minmax(0, auto) auto auto;
  padding: 0 0.375rem 0 0.75rem;
  border-color: transparent;
  background: none;
}
.card[data-form="row"]:hover {
  background: var(--_sunken);
}
.card[data-form="row"]:has(> .more:not([hidden])) {
  border-color: var(--_line);
  background: var(--_surface);
}
.card:is([data-form="compact"], [data-form="row"]) .mark {
  align-self: center;
  width: 1.25rem;
  height: 1.25rem;
  margin: 0;
  background: none;
}
.card:is([data-form="compact"], [data-form="row"]) .control:not(.open, [data-strong]) {
  padding: 0;
}
.card:is([data-form="compact"], [data-form="row"]) .control:not([data-strong]) > span {
  display: none;
}
.card:is([data-form="compact"], [data-form="row"]) :is(.about, .more) {
  margin-bottom: 0.75rem;
}
.card:is([data-form="compact"], [data-form="row"]) .controls {
  min-width: 6.5rem;
}
.card:is([data-form="compact"], [data-form="row"]) .time {
  min-width: 3.25rem;
}
.card[data-form="compact"] .bar {
  margin: 0;
}
.card[data-bare] .bar {
  display: none;
}
.card[data-form="compact"] .note {
  display: none;
}
.card[data-form="compact"] .word {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.card[data-form="compact"] .figures {
  gap: 0.25rem;
}
.card[data-form="row"] .bar,
.card[data-form="row"] .percent {
  display: none;
}
.card[data-form="row"] .title {
  font-weight: 450;
}
.card[data-form="row"] .word {
  color: var(--_text-2);
}
.card[data-form="row"][data-state="succeeded"] .word {
  display: none;
}
.card[data-form="row"] .meta {
  justify-content: flex-end;
}

.more {
  grid-area: more;
  display: grid;
  gap: 0.625rem;
  margin-top: 0.875rem;
  padding-top: 0.875rem;
  border-top: 1px solid var(--_line);
  min-width: 0;
}
h3 {
  color: var(--_text-2);
  font-size: 0.75rem;
  font-weight: 600;
}
pre {
  max-height: 20rem;
  overflow: auto;
  padding: 0.625rem 0.75rem;
  border-radius: 6px;
  background: var(--_sunken);
  font: 0.78rem/1.55 var(--_mono);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
dl {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 1.5rem;
  font-size: 0.8125rem;
}
dt {
  color: var(--_text-3);
  font-size: 0.75rem;
}
dd {
  overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums;
}
.links {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  font-size: 0.8125rem;
}
.links a {
  color: var(--_accent);
  padding: 0.25rem 0.25rem;
}

.roll-head {
  display: grid;
  min-height: 40px;
  grid-template-columns: auto auto minmax(3rem, 1fr) 3rem;
  gap: 0.625rem;
  align-items: center;
  padding: 0 0.375rem 0 0.25rem;
  font-size: 0.8125rem;
}
.roll-head[data-tone="bad"] {
  grid-template-columns: minmax(0, 1fr) auto;
  padding: 0.375rem 0.5rem;
  border: 1px solid var(--_line);
  border-radius: 10px;
  background: var(--_surface);
}
.roll-head[data-tone="bad"] .fold {
  color: var(--_bad);
  font-family: inherit;
  font-weight: 550;
  text-align: left;
}
.fold::before {
  content: "▸";
  display: inline-block;
  width: 1rem;
  color: var(--_text-3);
}
.fold[aria-expanded="true"]::before {
  content: "▾";
}
.roll-head .bar {
  margin: 0;
  grid-area: auto;
  --_tone: var(--_accent);
}
.fold {
  padding: 0 0.375rem;
  color: var(--_text);
  font-family: var(--_mono);
}

@container board (max-width: 34rem) {
  .card[data-form="compact"] {
    grid-template:
      "mark head figures controls" 2.5rem
      "bar bar bar bar" auto
      "about about about about" auto
      "more more more more" auto / 1.25rem minmax(0, 1fr) auto auto;
    padding-bottom: 0.625rem;
  }
  .card[data-form="compact"] :is(.meta, .time) {
    display: none;
  }
  .card:not([data-form="compact"], [data-form="row"]) .control:not([data-strong]) > span {
    display: none;
  }
  .card[data-form="row"] .note {
    display: none;
  }
  .card[data-form="row"] .controls {
    min-width: 4rem;
  }
  .time {
    min-width: 2.75rem;
  }
  .controls {
    gap: 0;
  }
}
@container board (max-width: 22rem) {
  .card[data-form="row"] :is(.meta, .time) {
    display: none;
  }
}
@media (prefers-reduced-motion: reduce) {
  *,
  ::before,
  ::after {
    animation: none !important;
    transition: none !important;
  }
}
@media (forced-colors: active) {
  .bar i {
    border: 1px solid CanvasText;
  }
  .bar b {
    background: Highlight;
    forced-color-adjust: none;
  }
  .control {
    border: 1px solid;
  }
}
`;
