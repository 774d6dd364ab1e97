// Draws one plot for each service: answers a second by instance, the slowest of them, what was lost, and the
// service's own steps as bands. Everything drawn is also in the tables of the page.
(() => {
  const { services, steps, startedAt, zero, bucketMs } = JSON.parse(
    document.getElementById('timeline').textContent,
  );
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const seconds = (at) => (at - zero) / 1000;
  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || 'gray';
  const known = (runtime) => (['docker', 'podman'].includes(runtime) ? runtime : 'unknown');

  /** Behind everything: each step of the service. */
  function bands(own) {
    return (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.fillStyle = colour('band');
      for (const { from, to } of own) {
        const left = Math.max(u.valToPos(seconds(from), 'x', true), bbox.left);
        const right = Math.min(u.valToPos(seconds(to), 'x', true), bbox.left + bbox.width);
        if (right >= left)
          ctx.fillRect(left, bbox.top, Math.max(right - left, 2 * devicePixelRatio), bbox.height);
      }
      ctx.restore();
    };
  }

  /** What the steps are called, at their left. Names that would touch are written below each other. */
  function names(own) {
    return (u) => {
      const { ctx, bbox } = u;
      const px = devicePixelRatio;
      const ends = [];
      ctx.save();
      ctx.font = `${11 * px}px system-ui, sans-serif`;
      ctx.textBaseline = 'top';
      ctx.fillStyle = colour('text');
      for (const { kind, from } of own) {
        const { width } = ctx.measureText(kind);
        const start = u.valToPos(seconds(from), 'x', true);
        if (start < bbox.left || start > bbox.left + bbox.width) continue;
        const left = Math.min(start + 3 * px, bbox.left + bbox.width - width);
        const free = ends.findIndex((end) => end < left);
        const row = free === -1 ? ends.length : free;
        ends[row] = left + width + 6 * px;
        ctx.fillText(kind, left, bbox.top + (3 + 13 * row) * px);
      }
      ctx.restore();
    };
  }

  /** Nothing is drawn well before an instance's first answer and well after its last one. */
  function alive(answers) {
    const first = answers.findIndex((count) => count > 0);
    const last = answers.findLastIndex((count) => count > 0);
    return answers.map((count, nth) => (nth < first - 1 || nth > last + 1 ? null : count));
  }

  /** In front of everything: a mark wherever requests were lost, with how many. */
  function losses(lost, x) {
    return (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.fillStyle = colour('bad');
      ctx.strokeStyle = colour('bad');
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.font = `bold ${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = 'center';
      let written = Number.NEGATIVE_INFINITY;
      for (const [nth, count] of lost.entries()) {
        if (count === 0) continue;
        const at = u.valToPos(x[nth], 'x', true);
        ctx.beginPath();
        ctx.moveTo(at, bbox.top + bbox.height * 0.6);
        ctx.lineTo(at, bbox.top + bbox.height);
        ctx.stroke();
        // numbers that would touch are left to the table
        const width = ctx.measureText(`${count}`).width;
        if (at - width < written) continue;
        written = at + width;
        ctx.fillText(`${count}`, at, bbox.top + bbox.height * 0.6 - 4 * devicePixelRatio);
      }
      ctx.restore();
    };
  }

  function draw(target, { service, instances, slowest, lost }) {
    const x = slowest.map((_, nth) => seconds(startedAt + (nth + 0.5) * bucketMs));
    const stepped = uPlot.paths.stepped({ align: 0 });
    const own = steps.filter((step) => step.service === service);
    const perSecond = (count) => (count === null ? null : Math.round((count * 1000) / bucketMs));
    const milliseconds = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
    const series = instances.map(({ instance, runtime }, nth) => ({
      label: `${instance} (${runtime})`,
      stroke: colour(known(runtime)),
      // of two on the same runtime, the older one is dashed
      dash: instances.slice(nth + 1).some((each) => each.runtime === runtime) ? [4, 3] : [],
      fill: `color-mix(in srgb, ${colour(known(runtime))} 22%, transparent)`,
      width: 1.5,
      paths: stepped,
      points: { show: false },
      value: (_, value) => (value === null ? '–' : `${value}/s`),
    }));
    const axis = {
      stroke: colour('quiet'),
      grid: { stroke: colour('line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const options = {
      width: target.clientWidth,
      height: 170,
      cursor: { sync: { key: 'time' }, y: false },
      scales: {
        x: { time: false },
        y: { range: (_, __, max) => [0, Math.max(1, max) * 1.25] },
        ms: { range: (_, __, max) => [0, Math.max(10, max ?? 0) * 1.25] },
      },
      axes: [
        { ...axis, size: 24, gap: 2, values: (_, values) => values.map((value) => `${value} s`) },
        { ...axis, size: 40, values: (_, values) => values.map((value) => `${value}/s`) },
        {
          ...axis,
          scale: 'ms',
          side: 1,
          size: 50,
          grid: { show: false },
          stroke: colour('slowest'),
          values: (_, values) => values.map(milliseconds),
        },
      ],
      series: [
        { label: 'time', value: (_, value) => (value === null ? '–' : `${value.toFixed(1)} s`) },
        ...series,
        {
          label: 'slowest answer',
          scale: 'ms',
          stroke: colour('slowest'),
          width: 1.25,
          spanGaps: false,
          points: { show: false },
          value: (_, value) => (value === null ? '–' : milliseconds(value)),
        },
      ],
      hooks: { drawClear: [bands(own)], draw: [names(own), losses(lost, x)] },
    };
    const data = [x, ...instances.map(({ answers }) => alive(answers).map(perSecond)), slowest];
    return new uPlot(options, data, target);
  }

  const plots = services.map((service, nth) => ({ service, target: document.getElementById(`plot-${nth}`) }));
  function drawAll() {
    for (const plot of plots) {
      plot.drawn?.destroy();
      plot.drawn = draw(plot.target, plot.service);
    }
  }
  drawAll();
  dark.addEventListener('change', drawAll);
  new ResizeObserver(() => {
    for (const { drawn, target } of plots) drawn.setSize({ width: target.clientWidth, height: drawn.height });
  }).observe(document.body);
})();
