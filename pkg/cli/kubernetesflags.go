package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/kubernetes"
	"github.com/monctl/monctl/pkg/render"
)

// kubernetesFlags say how Kubernetes objects are written.
type kubernetesFlags struct {
	namespace    string
	labels       []string
	alertmanager string
	opts         kubernetes.Options
}

func (f *kubernetesFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.namespace, "kubernetes-namespace", "", "`namespace` of the objects of --format kubernetes")
	flags.StringSliceVar(&f.labels, "kubernetes-label", nil, "label of these objects, `name=value`")
	flags.StringVar(&f.alertmanager, "kubernetes-alertmanager", "secret/alertmanager-main", "`object` of the Alertmanager configuration: secret/NAME or config/NAME, an AlertmanagerConfig")
	complete(cmd, "kubernetes-alertmanager", func() []string { return []string{"secret/alertmanager-main", "config/monctl"} })
}

// check reads the flags.
func (f *kubernetesFlags) check(form *formFlags) error {
	kind, name, _ := strings.Cut(f.alertmanager, "/")
	if form.secrets == secretKubernetes && (form.format != formatKubernetes || kind != "config") {
		return usagef("--secrets kubernetes refers to Secrets in an AlertmanagerConfig; it needs --format kubernetes and --kubernetes-alertmanager config/NAME")
	}
	if f.namespace != "" && !kubernetes.ValidNamespace(f.namespace) {
		return usagef("--kubernetes-namespace %q: want lower-case letters, digits and '-', at most 63 of them", f.namespace)
	}
	if !slices.Contains([]string{"secret", "config"}, kind) || !kubernetes.ValidName(name) {
		return usagef("--kubernetes-alertmanager %q: want secret/NAME or config/NAME", f.alertmanager)
	}
	f.opts = kubernetes.Options{Namespace: f.namespace, Labels: map[string]string{}, SecretRefs: form.secrets == secretKubernetes}
	if kind == "secret" {
		f.opts.AlertmanagerSecret = name
	} else {
		f.opts.AlertmanagerConfig = name
	}
	for _, l := range f.labels {
		name, value, ok := strings.Cut(l, "=")
		if !ok || !kubernetes.ValidLabel(name, value) {
			return usagef("--kubernetes-label %q: want name=value, as Kubernetes accepts them", l)
		}
		f.opts.Labels[name] = value
	}
	return nil
}

// files lays out an environment and, below a target's name, what differs there.
func (f *kubernetesFlags) files(out *render.Output) ([]bundle.TreeFile, diag.List, error) {
	files, diags, err := kubernetes.Tree(out.Bundle, f.opts)
	if err != nil {
		return nil, nil, err
	}
	same := map[string]string{}
	for _, file := range files {
		same[file.Path] = string(file.Data)
	}
	for _, t := range out.Targets {
		own, more, err := kubernetes.Tree(t.Bundle, f.opts)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, more...)
		for _, file := range own {
			if text, ok := same[file.Path]; ok && text == string(file.Data) {
				continue
			}
			file.Path = t.Target.Name + "/" + file.Path
			files = append(files, file)
		}
	}
	slices.SortFunc(files, func(a, b bundle.TreeFile) int { return strings.Compare(a.Path, b.Path) })
	return files, diags, nil
}
