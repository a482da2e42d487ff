package bundle

import (
	"fmt"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/sync/errgroup"
)

// TreeFile is one file of the rendered tree of an environment.
type TreeFile struct {
	// Path is slash-separated and relative to the environment's folder.
	Path string
	Data []byte
	// Objects are those the file was made of, by reference.
	Objects map[string]TreeObject
}

// The folders of the rendered tree. Each has a manifest of its own, so that
// parallel changes rarely collide.
const (
	prometheusFolder   = "prometheus"
	alertmanagerFolder = "alertmanager"
	grafanaFolder      = "grafana"
	testsFolder        = "tests"
	// KubernetesFolder holds the same as Kubernetes objects.
	KubernetesFolder = "kubernetes"
)

// TreeFolders are those that an environment's tree has in the formats of
// Prometheus, Alertmanager and Grafana.
func TreeFolders() []string {
	return []string{prometheusFolder, alertmanagerFolder, grafanaFolder, testsFolder}
}

// RuleFileName returns the path of a namespace's rule file within the tree.
func RuleFileName(namespace string) string {
	return prometheusFolder + "/rules/" + namespace + ".yaml"
}

// Tree lays the bundle out as files, sorted by path.
func (b *Bundle) Tree() ([]TreeFile, error) {
	objects := map[string][]Object{}
	for _, o := range b.objs {
		name, ok := o.Ref.TreePath()
		if !ok {
			return nil, fmt.Errorf("object %s: %q cannot be a file name", o.Ref, name)
		}
		if len(objects[name]) > 0 && o.Ref.Kind != Rules {
			return nil, fmt.Errorf("object %s: another object has the file name %q, too", o.Ref, name)
		}
		objects[name] = append(objects[name], o)
	}
	files := make([]TreeFile, len(objects))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range slices.Sorted(maps.Keys(objects)) {
		files[i] = TreeFile{Path: name, Objects: map[string]TreeObject{}}
		group.Go(func() error { return files[i].fill(objects[name]) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return files, nil
}

// fill makes the file of its objects: rule groups, or one object of another kind.
func (f *TreeFile) fill(objects []Object) error {
	var groups []Value
	for _, o := range objects {
		f.Objects[o.Ref.String()] = TreeObject{Entry: o.Entry, Hash: o.Body.Hash()}
		if o.Ref.Kind.IsRaw() {
			f.Data = o.Body.Bytes()
			continue
		}
		v, err := o.Value()
		if err != nil {
			return err
		}
		switch o.Ref.Kind {
		case Rules:
			groups = append(groups, v)
		case Dashboard:
			f.Data, err = IndentJSON(v)
		default:
			f.Data, err = EncodeYAML(v)
		}
		if err != nil {
			return fmt.Errorf("encode %s: %w", o.Ref, err)
		}
	}
	if groups == nil {
		return nil
	}
	data, err := EncodeYAML(RuleFile(groups))
	if err != nil {
		return fmt.Errorf("encode %s: %w", f.Path, err)
	}
	f.Data = data
	return nil
}

// TreePath returns the path of the file within an environment's folder that an
// object is written to. It is not ok if the names in the reference would lead
// elsewhere: to another folder of the tree, or out of it.
func (r Ref) TreePath() (name string, ok bool) {
	name = treePath(r)
	ok = fileNameOK(name) && (r.Kind != Dashboard || !strings.Contains(r.Name, "/"))
	return name, ok
}

func treePath(r Ref) string {
	switch r.Kind {
	case Rules:
		return RuleFileName(r.Space)
	case Prometheus:
		return prometheusFolder + "/prometheus.yml"
	case Alertmanager:
		return alertmanagerFolder + "/alertmanager.yml"
	case Template:
		return alertmanagerFolder + "/templates/" + r.Name
	case Dashboard:
		return grafanaFolder + "/" + r.Space + "/" + r.Name + ".json"
	case File:
		return path.Join(r.Space, r.Name)
	default:
		return ""
	}
}

// fileNameOK accepts clean relative paths that stay where they are put, and
// leave the manifest its place.
func fileNameOK(name string) bool {
	parts := strings.Split(name, "/")
	return name != "" && path.Clean(name) == name && !path.IsAbs(name) && parts[0] != ".." &&
		!(len(parts) > 1 && parts[1] == ManifestName) &&
		!strings.ContainsFunc(name, func(c rune) bool { return c == '\\' || unicode.IsControl(c) })
}

// TargetTree lays out what differs between a target and its environment, whose
// tree is shared, as files below the target's name. The target's prometheus.yml
// names the rule files of the environment where they are the same.
func TargetTree(shared []TreeFile, target *Bundle, name string) ([]TreeFile, error) {
	own, err := target.Tree()
	if err != nil {
		return nil, err
	}
	same := map[string]bool{}
	for _, f := range shared {
		same[f.Path+"\x00"+string(f.Data)] = true
	}
	var out []TreeFile
	var ruleFiles []Value
	for _, f := range own {
		isShared := same[f.Path+"\x00"+string(f.Data)]
		if rest, ok := strings.CutPrefix(f.Path, prometheusFolder+"/rules/"); ok {
			if isShared {
				ruleFiles = append(ruleFiles, StringValue("../../"+prometheusFolder+"/rules/"+rest))
			} else {
				ruleFiles = append(ruleFiles, StringValue("rules/"+rest))
			}
		}
		if !isShared {
			f.Path = name + "/" + f.Path
			out = append(out, f)
		}
	}
	for i, f := range out {
		if f.Path != name+"/"+prometheusFolder+"/prometheus.yml" {
			continue
		}
		if out[i].Data, err = withRuleFiles(target, ruleFiles); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// withRuleFiles rewrites the rule files and, since file names are relative to
// the file they stand in, the other files of the environment's folder.
func withRuleFiles(target *Bundle, ruleFiles []Value) ([]byte, error) {
	o, _ := target.Get(Ref{Kind: Prometheus})
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	v = v.With("rule_files", Value{Kind: Array, Elem: ruleFiles})
	files := target.OfKind(File)
	v, err = v.MapScalars(func(_ string, v Value) (Value, error) {
		for _, f := range files {
			if ok, err := path.Match(v.Text, f.Ref.Name); err == nil && ok && f.Ref.Space == prometheusFolder {
				return StringValue("../../" + prometheusFolder + "/" + v.Text), nil
			}
		}
		return v, nil
	})
	if err != nil {
		return nil, err
	}
	return EncodeYAML(v)
}
