"""What can be measured of how the workbench looks: contrast, clipped text, what sticks out or overlaps."""

from __future__ import annotations

from playwright.sync_api import Locator

#: Below this, WCAG calls text of normal size hard to read.
LEAST_CONTRAST = 4.5

#: Walks through shadow roots and slots, as the eye does.
MEASURE = """(root, least) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
    const background = (element) => {
        const layers = [];
        for (let at = element; at; at = parent(at)) {
            const color = rgba(getComputedStyle(at).backgroundColor);
            layers.push(color);
            if (color[3] === 1) break;
        }
        return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
    };
    const luminance = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map((v) => {
            const share = v / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const faults = [];
    let texts = 0;
    const controls = [];
    const look = (element) => {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        if (style.visibility === "hidden" || style.display === "none") return;
        const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== "");
        const text = own.map((node) => node.data.trim()).join(" ");
        const shown = box.width > 2 && box.height > 2 && style.opacity !== "0";
        if (text !== "" && shown && !element.closest(":disabled, [aria-disabled=true], option, .locked")) {
            texts++;
            const under = background(element);
            const ink = over(rgba(style.fill !== "" && element.ownerSVGElement ? style.fill : style.color), under);
            const [light, dark] = [luminance(ink), luminance(under)].sort((a, b) => b - a);
            const contrast = (light + 0.05) / (dark + 0.05);
            if (contrast < least) faults.push(`contrast ${contrast.toFixed(2)}: ${text.slice(0, 60)}`);
            const clips = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
            const told = element.closest("[title]") !== null || style.overflowX === "auto";
            if (clips && !told) faults.push(`clipped: ${text.slice(0, 60)}`);
            const frame = root.getBoundingClientRect();
            const scrolls = element.closest("[role=grid], .scroll") !== null;
            if (!scrolls && box.right > frame.right + 1) faults.push(`sticks out: ${text.slice(0, 60)}`);
        }
        const operable = element.matches("button, input:not([type=checkbox]), select, textarea");
        if (operable && shown && element.closest("[role=grid]") === null) controls.push(element);
        const inside = element.shadowRoot ?? element;
        for (const child of inside.children) look(child);
        if (element.tagName === "SLOT") for (const child of element.assignedElements()) look(child);
    };
    const name = (element) => element.ariaLabel || element.textContent.trim() || element.id || element.tagName;
    look(root);
    for (const [index, one] of controls.entries()) {
        const a = one.getBoundingClientRect();
        for (const other of controls.slice(index + 1)) {
            const b = other.getBoundingClientRect();
            const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (width > 2 && height > 2) faults.push(`overlap: ${name(one)} and ${name(other)}`);
        }
    }
    return { faults, texts };
}"""


def faults_of(workbench: Locator) -> list[str]:
    """Return what is hard to read or cut off in a workbench, and make sure that there was something to look at."""
    measured = workbench.evaluate(MEASURE, LEAST_CONTRAST)
    assert measured["texts"] > 20, "nothing is drawn"
    return sorted(set(measured["faults"]))


def corners_of(chart: Locator) -> int:
    """Return the corners of a bqplot chart's longest line: a straight one, such as a threshold, has two."""
    corners: int = chart.evaluate(
        "(figure) => Math.max(0, ...[...figure.querySelectorAll('path.line')]"
        ".map((line) => (line.getAttribute('d') ?? '').split('L').length))"
    )
    return corners
