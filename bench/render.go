package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	exportLimit    = 0.05
	unchangedLimit = 1.0 / 30
	memoryLimit    = 2
)

// runExport renders 20 entries in three environments that share libraries, with
// nothing rendered before.
func runExport(ctx context.Context, b *bench) ([]row, error) {
	var rows []row
	var medians []float64
	for _, size := range []int{1, 10, 100} {
		dir := filepath.Join(b.work, fmt.Sprintf("export-%d", size))
		if err := writeExport(dir, size); err != nil {
			return nil, err
		}
		ours := command{path: b.monctl, args: []string{"render", "--cache", "off", "--out", "out-monctl"}, dir: dir}
		peer := command{path: filepath.Join(b.bin, "tk"), dir: dir, args: []string{
			"export", "out-tk", "environments", "--recursive", "--format", "{{.metadata.namespace}}/{{.metadata.name}}",
		}}
		// What is there is put aside, not removed: ext4 takes a millisecond for
		// a new file if many were removed just before.
		clean := func() error {
			aside, err := os.MkdirTemp(dir, "old-")
			for _, out := range []string{"out-monctl", "out-tk"} {
				if e := os.Rename(filepath.Join(dir, out), filepath.Join(aside, out)); !errors.Is(e, fs.ErrNotExist) {
					err = errors.Join(err, e)
				}
			}
			return err
		}
		rounds := b.rounds
		if size == 100 { // the peer takes minutes
			rounds = 1
		}
		got, err := b.compare(ctx, job{
			name: fmt.Sprintf("render-export %d×", size), rounds: rounds, before: clean,
			ours: []command{ours}, peerName: "tk export", peer: []command{peer},
		})
		if err != nil {
			return nil, err
		}
		if len(got) > 1 { // else the peer was stopped
			if err := b.sameRules(ctx, dir, clean, ours, peer); err != nil {
				return nil, err
			}
		}
		got[0].RatioLimit = exportLimit
		medians = append(medians, got[0].Ours.Median)
		rows = append(rows, got...)
	}
	b.note(fmt.Sprintf("render-export: %d entries in %d environments, the same PrometheusRules from both; ten times the input takes monctl %.1f and %.1f times as long",
		exportEntries, len(exportEnvironments), medians[1]/medians[0], medians[2]/medians[1]))
	return rows, nil
}

// rulesFile is a file of rule groups, whose order means nothing.
type rulesFile struct {
	Groups []map[string]any `yaml:"groups"`
}

func (f rulesFile) sort() {
	slices.SortFunc(f.Groups, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a["name"]), fmt.Sprint(b["name"])) })
}

// sameRules sees to it that both tools have written the same rule groups.
func (b *bench) sameRules(ctx context.Context, dir string, clean func() error, ours, peer command) error {
	if err := clean(); err != nil {
		return err
	}
	if _, err := measure(ctx, []command{ours, peer}); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "out-tk", "*", "*.yaml"))
	if err != nil {
		return err
	}
	if len(files) != 2*exportEntries*len(exportEnvironments) {
		return fmt.Errorf("tk wrote %d files", len(files))
	}
	for _, file := range files {
		env, name := filepath.Base(filepath.Dir(file)), filepath.Base(file)
		var object struct {
			Spec rulesFile `yaml:"spec"`
		}
		var own rulesFile
		if err := errors.Join(readYAML(file, &object), readYAML(filepath.Join(dir, "out-monctl", env, "prometheus", "rules", name), &own)); err != nil {
			return err
		}
		object.Spec.sort()
		own.sort()
		if !reflect.DeepEqual(object.Spec, own) {
			return fmt.Errorf("monctl and tk wrote different rules to %s/%s", env, name)
		}
	}
	return nil
}

func readYAML(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read what was rendered: %w", err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

// sized is a project of kubernetes-mixin's size.
type sized struct {
	name, dir string
	// entry is the Jsonnet source, leaf a file that it imports; each has a text
	// that can be replaced.
	entry, leaf       string
	entryText, inLeaf string
}

// sizedProjects are the generated one and, if the corpus holds it, the public
// one itself.
func (b *bench) sizedProjects(use string) ([]sized, error) {
	dir := filepath.Join(b.work, use+"-generated")
	if err := writeMixinProject(dir, 60); err != nil {
		return nil, err
	}
	all := []sized{{
		name: "generated", dir: dir, entry: "rules/mixin.jsonnet", entryText: "threshold = 90",
		leaf: "lib/component0.libsonnet", inLeaf: "Component 0 is slow",
	}}
	public := filepath.Join(b.corpus, "kubernetes-mixin")
	if _, err := os.Stat(filepath.Join(public, "vendor")); b.corpus == "" || err != nil {
		b.note(use + ": kubernetes-mixin itself is not measured; -corpus names a folder that has it in kubernetes-mixin/, with vendor/")
		return all, nil
	}
	dir = filepath.Join(b.work, use+"-kubernetes-mixin")
	err := errors.Join(
		os.MkdirAll(dir, 0o750),
		os.CopyFS(filepath.Join(dir, "lib"), withoutFolder{os.DirFS(public), "vendor"}),
		os.CopyFS(filepath.Join(dir, "vendor"), os.DirFS(filepath.Join(public, "vendor"))),
		writeFiles(dir, map[string]string{
			"monctl.cue":          `environments: default: ext: edit: "0"` + "\n",
			"rules/mixin.jsonnet": "local mixin = (import 'mixin.libsonnet') { _config+:: { cpuThrottlingPercent: 25 } };\n{\n  [f]: mixin[f] for f in ['prometheusAlerts', 'prometheusRules', 'grafanaDashboards']\n}\n",
			"rules/plain.yaml":    "groups: [{name: plain, rules: [{record: 'plain:up:sum', expr: sum(up) > 0}]}]\n",
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("copy kubernetes-mixin: %w", err)
	}
	return append(all, sized{
		name: "kubernetes-mixin", dir: dir, entry: "rules/mixin.jsonnet", entryText: "cpuThrottlingPercent: 25",
		leaf: "lib/alerts/apps_alerts.libsonnet", inLeaf: "Pod is crash looping",
	}), nil
}

// withoutFolder is a file system without one of its folders at the top.
type withoutFolder struct {
	fs.FS
	name string
}

// ReadDir implements fs.ReadDirFS.
func (w withoutFolder) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == w.name }), err
}

// runUnchanged renders what is rendered already.
func runUnchanged(ctx context.Context, b *bench) ([]row, error) {
	projects, err := b.sizedProjects("render-unchanged")
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, p := range projects {
		first := command{path: b.monctl, args: []string{"render"}, dir: p.dir}
		if _, err := measure(ctx, []command{first}); err != nil {
			return nil, err
		}
		got, err := b.compare(ctx, job{
			name: "render-unchanged " + p.name, peerName: jsonnetPeer,
			ours: []command{{path: b.monctl, args: []string{"render", "--check"}, dir: p.dir}},
			peer: []command{{path: filepath.Join(b.bin, "jsonnet"), args: []string{"-J", "vendor", "-J", "lib", p.entry}, dir: p.dir}},
		})
		if err != nil {
			return nil, err
		}
		got[0].RatioLimit = unchangedLimit
		rows = append(rows, got...)
		if err := b.noteUncached(ctx, p); err != nil {
			return nil, err
		}
	}
	b.note("render-unchanged: monctl render --check evaluates, validates the shapes and compares with the tree on disk, unless what was read then and what was written is still the same, byte for byte")
	return rows, nil
}

// noteUncached says what the same takes without the cache.
func (b *bench) noteUncached(ctx context.Context, p sized) error {
	var took []float64
	for range b.rounds {
		u, err := measure(ctx, []command{{path: b.monctl, args: []string{"render", "--check", "--cache", "off"}, dir: p.dir}})
		if err != nil {
			return err
		}
		took = append(took, u.wall.Seconds())
	}
	b.note(fmt.Sprintf("render-unchanged %s: with --cache off, monctl takes %s", p.name, seconds.one(summarise(took).Median)))
	return nil
}

// runMemory renders 1000 entries beside 100 of the same size.
func runMemory(ctx context.Context, b *bench) ([]row, error) {
	var commands []command
	for _, n := range []int{1000, 100} {
		dir := filepath.Join(b.work, fmt.Sprintf("memory-%d", n))
		if err := writeEntries(dir, n); err != nil {
			return nil, err
		}
		commands = append(commands, command{path: b.monctl, args: []string{"render", "--cache", "off"}, dir: dir})
	}
	got, err := b.compare(ctx, job{
		name: "render-memory", rounds: min(b.rounds, 5), peerName: "monctl render of 100 of these 1000 entries",
		ours: commands[:1], peer: commands[1:],
	})
	if err != nil {
		return nil, err
	}
	if len(got) < 3 {
		return nil, errors.New("rendering 100 entries takes too long to compare with")
	}
	got[2].RatioLimit = memoryLimit
	return got, nil
}

// runRenderCorpus renders the mixins of -corpus, each as the one source of a
// project, beside the jsonnet command.
func runRenderCorpus(ctx context.Context, b *bench) ([]row, error) {
	if b.corpus == "" {
		b.note("render-corpus: not measured; -corpus names the folder with entries.json, see tools/jsonnetcheck")
		return nil, nil
	}
	all, err := readCorpus(b.corpus)
	if err != nil {
		return nil, err
	}
	var rows []row
	var ours, peer float64
	for i, e := range all {
		// The project is beside the mixin and reaches it by links, so that
		// nothing is written to the corpus.
		dir, source := filepath.Join(b.work, fmt.Sprintf("corpus-%d", i)), filepath.Join(b.corpus, filepath.FromSlash(e.Dir))
		project, err := json.Marshal(map[string]any{"jsonnet": map[string]any{"jpath": e.linked()}})
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", e.Name, err)
		}
		entry := fmt.Sprintf("(%s)(import '../mixin/%s')\n", e.Transform, e.Entry)
		if err := writeFiles(dir, map[string]string{"monctl.json": string(project), "rules/mixin.jsonnet": entry}); err != nil {
			return nil, err
		}
		if err := os.Symlink(source, filepath.Join(dir, "mixin")); err != nil {
			return nil, fmt.Errorf("render %s: %w", e.Name, err)
		}
		var flags []string
		for _, p := range slices.Backward(e.linked()) {
			flags = append(flags, "-J", p)
		}
		got, err := b.compare(ctx, job{
			name: "render-corpus " + e.Name, rounds: min(b.rounds, 3), peerName: jsonnetPeer,
			before: func() error { return os.RemoveAll(filepath.Join(dir, "out")) },
			ours:   []command{{path: b.monctl, args: []string{"render", "--cache", "off"}, dir: dir}},
			peer:   []command{{path: filepath.Join(b.bin, "jsonnet"), args: append(flags, "rules/mixin.jsonnet"), dir: dir}},
		})
		if err != nil {
			b.note(fmt.Sprintf("render-corpus: %s is left out: %s", e.Name, strings.ReplaceAll(err.Error(), "\n", " ")))
			continue
		}
		ours, peer = ours+got[0].Ours.Median, peer+got[0].Peer.Median
		rows = append(rows, got[0])
	}
	b.note("render-corpus: " + mean(rows))
	b.note(fmt.Sprintf("render-corpus: the sum of the medians is %.2f s of %.2f s, ratio %.3f", ours, peer, ours/max(peer, 1e-9)))
	return rows, nil
}
