// What the marks of the waterfall mean.

import { element } from "../dom.js";

const MARKS = [
  [{ kind: "waiting" }, "Waiting for other calls"],
  [{ kind: "queued" }, "Queued"],
  [{ kind: "run", tint: "0" }, "Stages"],
  [null, "Between stages"],
  [{ kind: "paused" }, "Paused"],
  [{ kind: "run", outcome: "failed" }, "Failed"],
];

export function legend() {
  const list = element("ul", { class: "wf-legend", "aria-label": "Legend" });
  for (const [data, words] of MARKS) {
    const marks = data?.tint ? ["0", "1", "2"].map((tint) => mark({ ...data, tint })) : [mark(data)];
    list.append(element("li", {}, element("span", { class: "wf-marks" }, ...marks), words));
  }
  return list;
}

function mark(data) {
  return data ? element("i", { class: "wf-span", data }) : element("i", { class: "wf-thread" });
}
