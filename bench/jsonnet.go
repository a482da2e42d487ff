package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// growthLimit is how many times as long ten times the input may take.
const growthLimit = 11

// jsonnetPeer is what monctl eval is compared with.
const jsonnetPeer = "jsonnet (go-jsonnet)"

// runJsonnet evaluates a project that is made up from a seed, shaped like the
// large public mixins: a configuration, a small library, components that add
// alerts, recording rules and a dashboard each and are patched by the next
// layer.
func runJsonnet(ctx context.Context, b *bench) ([]row, error) {
	var rows []row
	dirs := map[int]string{}
	for _, size := range []int{1, 10, 100} {
		dirs[size] = filepath.Join(b.work, fmt.Sprintf("jsonnet-%d", size))
		if err := writeMixin(dirs[size], 12*size); err != nil {
			return nil, err
		}
	}
	growth, err := b.growth(ctx, dirs)
	if err != nil {
		return nil, err
	}
	for _, size := range []int{1, 10, 100} {
		// What grows faster than its input would take hours at the largest size.
		if last := len(rows) - 3; size == 100 && rows[last].Peer.Median > peerPatience {
			b.note(fmt.Sprintf("jsonnet 100×: %s was not run, since it takes %.1f s at a tenth of the size", jsonnetPeer, rows[last].Peer.Median))
			continue
		}
		got, err := b.evaluates(ctx, min(b.rounds, max(3, b.rounds/size)), fmt.Sprintf("jsonnet %d×", size), dirs[size], []string{"main.jsonnet"})
		if err != nil {
			return nil, err
		}
		if len(got) < 3 { // the peer was stopped
			return append(append(rows, got...), growth...), nil
		}
		rows = append(rows, got...)
	}
	return append(rows, growth...), nil
}

// peerPatience is up to how many seconds at a tenth of the size the peer is run at
// the largest one.
const peerPatience = 2

// growth measures monctl alone, in rounds over all sizes. Between the smaller two
// the start of the process is much of the time.
func (b *bench) growth(ctx context.Context, dirs map[int]string) ([]row, error) {
	took := map[int][]float64{}
	for round := range min(b.rounds, 5) + 1 {
		for size, dir := range dirs {
			u, err := measure(ctx, []command{b.evaluation(dir, []string{"main.jsonnet"})})
			if err != nil {
				return nil, err
			}
			if round > 0 {
				took[size] = append(took[size], u.cpu.Seconds())
			}
		}
	}
	var rows []row
	for _, sizes := range [][2]int{{1, 10}, {10, 100}} {
		rows = append(rows, newRow(fmt.Sprintf("jsonnet %d× to %d×", sizes[0], sizes[1]), "growth of cpu", times, ratios(took[sizes[1]], took[sizes[0]]), "", nil))
		rows[len(rows)-1].Limit = growthLimit
	}
	return rows, nil
}

// evaluation is monctl eval in a directory.
func (b *bench) evaluation(dir string, args []string) command {
	return command{path: b.monctl, args: append([]string{"eval", "--engine", b.engine}, args...), dir: dir}
}

// evaluates compares one program, after seeing that both print the same.
func (b *bench) evaluates(ctx context.Context, rounds int, name, dir string, args []string) ([]row, error) {
	ours := b.evaluation(dir, args)
	peer := command{path: filepath.Join(b.bin, "jsonnet"), args: args, dir: dir}
	var outputs [][]byte
	limited, cancel := within(ctx, b.peerLimit)
	defer cancel()
	for _, c := range []command{ours, peer} {
		cmd := exec.CommandContext(limited, c.path, c.args...)
		cmd.Dir = c.dir
		var errors bytes.Buffer
		cmd.Stderr = &errors
		out, err := cmd.Output()
		if err != nil && limited.Err() != nil && ctx.Err() == nil {
			b.note(fmt.Sprintf("%s: whether both print the same was not seen", name))
			break
		}
		if err != nil {
			return nil, fmt.Errorf("run %s: %w\n%s", c, err, tail(errors.Bytes()))
		}
		outputs = append(outputs, out)
	}
	if len(outputs) == 2 && !bytes.Equal(outputs[0], outputs[1]) {
		return nil, fmt.Errorf("%s: the outputs differ", name)
	}
	return b.compare(ctx, job{name: name, rounds: rounds, ours: []command{ours}, peerName: jsonnetPeer, peer: []command{peer}})
}

// runUpstreamBenchmarks runs upstream's own micro-benchmarks, where -upstream
// says that they are laid out.
func runUpstreamBenchmarks(ctx context.Context, b *bench) ([]row, error) {
	if b.upstream == "" {
		b.note("jsonnet-upstream: not measured; -upstream names the folder with go-jsonnet/builtin-benchmarks and jsonnet/benchmarks")
		return nil, nil
	}
	var rows []row
	for _, pattern := range []string{"go-jsonnet/builtin-benchmarks", "jsonnet/benchmarks", "jsonnet/perf_tests"} {
		files, err := filepath.Glob(filepath.Join(b.upstream, filepath.FromSlash(pattern), "*.jsonnet"))
		if err != nil {
			return nil, fmt.Errorf("list upstream's benchmarks: %w", err)
		}
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".jsonnet")
			got, err := b.evaluates(ctx, min(b.rounds, 5), "upstream "+name, filepath.Dir(f), []string{"-s", "100000", filepath.Base(f)})
			if err != nil {
				b.note(fmt.Sprintf("jsonnet-upstream: %s is left out: %s", name, firstLine(err.Error())))
				continue
			}
			rows = append(rows, got[:1]...)
		}
	}
	b.note("jsonnet-upstream: " + mean(rows))
	return rows, nil
}

// runCorpus evaluates the entries of -corpus, see tools/jsonnetcheck, as whole
// processes.
func runCorpus(ctx context.Context, b *bench) ([]row, error) {
	if b.corpus == "" {
		b.note("jsonnet-corpus: not measured; -corpus names the folder with entries.json, see tools/jsonnetcheck")
		return nil, nil
	}
	all, err := readCorpus(b.corpus)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, e := range all {
		transform := e.Transform
		if transform == "" {
			transform = "function(v) v"
		}
		var args []string
		for _, dir := range slices.Backward(e.JPath) {
			args = append(args, "-J", dir)
		}
		args = append(args, "-e", "("+transform+")(import '"+e.Entry+"')")
		got, err := b.evaluates(ctx, min(b.rounds, 3), "corpus "+e.Name, filepath.Join(b.corpus, e.Dir), args)
		if err != nil {
			b.note(fmt.Sprintf("jsonnet-corpus: %s is left out, the peer cannot evaluate it or says something else", e.Name))
			continue
		}
		rows = append(rows, got...)
	}
	var ours, peer float64
	for _, r := range rows {
		if r.Measure == "wall" {
			ours, peer = ours+r.Ours.Median, peer+r.Peer.Median
		}
	}
	b.note(fmt.Sprintf("jsonnet-corpus: the sum of the medians is %.2f s of %.2f s, ratio %.3f", ours, peer, ours/peer))
	return rows, nil
}

// corpusEntry is one mixin of -corpus, see tools/jsonnetcheck.
type corpusEntry struct {
	Name, Dir, Entry, Transform string
	JPath                       []string
}

// linked are the folders of its search path where the mixin's folder is reached
// as "mixin".
func (e corpusEntry) linked() []string {
	out := []string{"mixin"}
	for _, dir := range e.JPath {
		out = append(out, path.Join("mixin", dir))
	}
	return out
}

func readCorpus(dir string) ([]corpusEntry, error) {
	data, err := os.ReadFile(filepath.Join(dir, "entries.json"))
	if err != nil {
		return nil, fmt.Errorf("read the corpus: %w", err)
	}
	var all []corpusEntry
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("read the corpus: %w", err)
	}
	return all, nil
}

// mean says how the ratios of rows lie.
func mean(rows []row) string {
	sum, most, of := 0.0, 0.0, ""
	for _, r := range rows {
		sum += r.Ratio.Median
		if r.Ratio.Median > most {
			most, of = r.Ratio.Median, r.Case
		}
	}
	return fmt.Sprintf("the mean ratio of %d is %.3f, the largest %.2f of %s", len(rows), sum/float64(max(len(rows), 1)), most, of)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// writeMixin writes a mixin with so many components. The same number makes the
// same files.
func writeMixin(dir string, components int) error {
	r := rand.New(rand.NewPCG(uint64(components), 3)) //nolint:gosec // it is test data
	files := map[string]string{"config.libsonnet": mixinConfig, "lib.libsonnet": mixinLibrary}
	var imports []string
	for i := range components {
		name := fmt.Sprintf("component%d.libsonnet", i)
		files[name] = component(r, i)
		imports = append(imports, fmt.Sprintf("  import '%s',\n", name))
	}
	files["main.jsonnet"] = fmt.Sprintf(mixinMain, strings.Join(imports, ""))
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the mixin: %w", err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("make the mixin: %w", err)
		}
	}
	return nil
}

const mixinConfig = `{
  _config+:: {
    cluster: 'cluster', selector: 'job=~"%(job)s"' % self, job: 'node|app', interval: '5m',
    severities: ['info', 'warning', 'critical'], runbook: 'https://example.org/runbooks/%s',
    thresholds: { [s]: 100 / (i + 1) for i in std.range(0, 2) for s in [$._config.severities[i]] },
  },
}
`

const mixinLibrary = `{
  query(expr, legend):: { expr: expr, legendFormat: legend, refId: 'A', format: 'time_series', intervalFactor: 2 },
  panel(title, unit='short'):: {
    title: title, type: 'timeseries', targets: [], fieldConfig: { defaults: { unit: unit, custom: { lineWidth: 1 } }, overrides: [] },
    withTarget(t):: self { local n = std.length(super.targets), targets+: [t { refId: std.char(65 + n) }] },
    withWidth(w):: self { gridPos+: { w: w, h: 8 } },
  },
  row(title, panels):: { title: title, panels: panels, collapsed: false },
  dashboard(title, rows):: {
    title: title, uid: std.md5(title), schemaVersion: 39, tags: ['generated'], time: { from: 'now-1h', to: 'now' },
    panels: std.mapWithIndex(function(i, p) p { id: i + 1, gridPos+: { x: (i * 12) % 24, y: std.floor(i / 2) * 8 } }, std.flattenArrays([r.panels for r in rows])),
    templating: { list: [{ name: n, type: 'query', query: 'label_values(up, %s)' % n, includeAll: true } for n in ['cluster', 'job', 'instance']] },
  },
  prune(o):: std.prune(o),
}
`

const mixinMain = `
local lib = import 'lib.libsonnet';
local parts = [
%s];
local patched = [
  (import 'config.libsonnet') + p + { _config+:: { cluster: 'prod', thresholds+: { info: 90 } } } + {
    prometheusAlerts+:: { groups: [g { rules: [r { labels: { team: 'infra' } + super.labels } for r in super.rules] } for g in super.groups] },
  }
  for p in parts
];
{
  'alerts.yaml': std.manifestYamlDoc({ groups: std.flattenArrays([p.prometheusAlerts.groups for p in patched]) }),
  'rules.json': { groups: std.sort(std.flattenArrays([p.prometheusRules.groups for p in patched]), function(g) g.name) },
  dashboards: std.foldl(function(a, p) a + p.grafanaDashboards, patched, {}),
  names: std.set([r.alert for p in patched for g in p.prometheusAlerts.groups for r in g.rules]),
}
`

// component is one file of a mixin.
func component(r *rand.Rand, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "local lib = import 'lib.libsonnet';\n{\n  local root = self,\n  prometheusAlerts+:: { groups+: [{ name: 'component%d', rules: [\n", n)
	for i := range 4 + r.IntN(4) {
		fmt.Fprintf(&b, "    { alert: 'Component%dAlert%d', expr: |||\n        sum by (%%(cluster)s, job) (rate(requests_total{%%(selector)s, code=~\"5..\"}[%%(interval)s]))\n"+
			"        > %d * %%(limit)d\n      ||| %% (root._config { limit: root._config.thresholds.%s }), 'for': '%dm',\n"+
			"      labels: { severity: root._config.severities[%d]%s }, annotations: { summary: 'Component %d is slow on {{ $labels.instance }}', runbook_url: root._config.runbook %% 'Component%dAlert%d' } },\n",
			n, i, r.IntN(50), [...]string{"info", "warning", "critical"}[r.IntN(3)], 1+r.IntN(15), r.IntN(3), [...]string{"", ", team: 'db'"}[r.IntN(2)], n, n, i)
	}
	fmt.Fprintf(&b, "  ] }] },\n  prometheusRules+:: { groups+: [{ name: 'component%d.rules', rules: [\n    { record: 'component%d:%%s:rate5m' %% l, expr: 'sum by (%%s) (rate(m%d_total{%%s}[5m]))' %% [l, root._config.selector] }\n    for l in ['job', 'instance', 'namespace', 'pod']\n  ] }] },\n", n, n, n)
	fmt.Fprintf(&b, "  grafanaDashboards+:: { 'component%d.json': lib.dashboard('Component %d', [\n", n, n)
	for i := range 2 + r.IntN(3) {
		fmt.Fprintf(&b, "    lib.row('Row %d', [\n", i)
		for j := range 3 + r.IntN(3) {
			fmt.Fprintf(&b, "      lib.panel('Panel %d.%d', 'ops').withTarget(lib.query('sum(rate(m%d_total{%%(selector)s}[$__rate_interval]))' %% root._config, '{{job}}')).withTarget(lib.query('m%d{a=\"%d\"}', 'b')).withWidth(12),\n", i, j, n, n, r.IntN(1000))
		}
		b.WriteString("    ]),\n")
	}
	b.WriteString("  ]) },\n}\n")
	return b.String()
}
