package render

import "github.com/monctl/monctl/pkg/bundle"

// Files returns the files that a test names, rule files and the Alertmanager
// configuration, other than those of the environment, relative to the test;
// none if the test does not parse.
func (t Test) Files() []string {
	docs, diags := bundle.DecodeYAML(t.File, t.Data)
	if diags.HasErrors() || len(docs) != 1 {
		return nil
	}
	var names []string
	for _, v := range docs[0].Value.Array("rule_files") {
		if v.Text != BundleRuleFiles {
			names = append(names, v.Text)
		}
	}
	if name := docs[0].Value.Str("alertmanager_file"); name != "" {
		names = append(names, name)
	}
	return names
}
