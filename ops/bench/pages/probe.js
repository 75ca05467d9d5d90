// Runs in every page before its own scripts, and notes what cannot be asked for afterwards.

window.probe = { frames: [], tasks: [], shifts: [], inputs: [], delays: [], violations: [] };

(() => {
  const probe = window.probe;
  let last = 0;
  const frame = (now) => {
    if (last) probe.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const observe = (options, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe(options);
  observe({ type: "longtask" }, (entry) => probe.tasks.push(entry.duration));
  observe({ type: "layout-shift", buffered: true }, (entry) => {
    if (!entry.hadRecentInput) probe.shifts.push(entry.value);
  });
  observe({ type: "event", durationThreshold: 16 }, (entry) => {
    if (entry.interactionId) probe.inputs.push(entry.duration);
  });
  document.addEventListener("securitypolicyviolation", (event) => probe.violations.push(event.violatedDirective));
})();

probe.reset = () => {
  for (const list of ["frames", "tasks", "inputs", "delays"]) probe[list].length = 0;
};

probe.element = () => document.querySelector("toolreel-message");

/** How long it takes from an event's sending to the paint that shows it; a sample of them. */
probe.time = () => {
  const { source } = probe.element();
  source.addEventListener("change", ({ detail }) => {
    const [id] = detail.ids;
    const sent = source.store.calls.get(id)?.sent_ms;
    if (!sent) return;
    requestAnimationFrame(() => setTimeout(() => probe.delays.push(Date.now() - sent)));
  });
};

const ENDS = [10, 80, 100];

function shown(card) {
  const fills = [...card.root.querySelectorAll(".bar b")];
  return fills.reduce((sum, fill, place) => {
    const share = Number(/scaleX\(([\d.]+)\)/.exec(fill.style.transform)?.[1] ?? 0);
    return sum + share * (ENDS[place] - (ENDS[place - 1] ?? 0));
  }, 0);
}

/** Watch all bars frame by frame for some time: what none of them may do. */
probe.bars = (ms) =>
  new Promise((resolve) => {
    const found = { backwards: 0, past: 0, leap: 0, still: 0 };
    const seen = new Map();
    const end = performance.now() + ms;
    const look = (now) => {
      for (const card of probe.element().board.cards) {
        const { call } = card;
        const value = shown(card);
        const before = seen.get(call.id);
        const ceiling = ENDS[call.stages.indexOf(call.stage)];
        if (value > ceiling + 0.02) found.past++;
        if (before && before.attempt === call.attempt) {
          if (value < before.value - 0.02) found.backwards++;
          found.leap = Math.max(found.leap, value - before.value);
        }
        const moved = !before || before.value !== value ? now : before.moved;
        found.still = Math.max(found.still, now - moved);
        seen.set(call.id, { attempt: call.attempt, value, moved });
      }
      if (now < end) requestAnimationFrame(look);
      else resolve(found);
    };
    requestAnimationFrame(look);
  });

/** Count the cards that are made from now on. */
probe.count = () => {
  const root = probe.element().shadowRoot;
  const known = new Set(root.querySelectorAll(".card"));
  probe.made = 0;
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((one) => [...one.addedNodes])) {
      if (node.nodeType === 1 && node.matches(".card") && !known.has(node)) (known.add(node), probe.made++);
    }
  }).observe(root, { subtree: true, childList: true });
};

/** When the connection's banner and its state change from now on. */
probe.connection = () => {
  const [pill, banner] = [document.querySelector("connection-pill"), document.querySelector(".banner")];
  probe.watching?.disconnect();
  probe.told = [];
  const note = () => probe.told.push([pill.dataset.status, !banner.hidden, performance.timeOrigin + performance.now()]);
  const observer = (probe.watching = new MutationObserver(note));
  observer.observe(pill, { attributes: true, attributeFilter: ["data-status"] });
  observer.observe(banner, { attributes: true, attributeFilter: ["hidden"] });
};

/** What is told to those who listen, and when. */
probe.listen = () => {
  const region = probe.element().shadowRoot.querySelector("[role=status]");
  probe.spoken = [];
  new MutationObserver(() => probe.spoken.push([region.textContent, performance.now()])).observe(region, {
    childList: true,
  });
};
