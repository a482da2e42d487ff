package lint_test

import "testing"

func TestPrometheusTargets(t *testing.T) {
	check(t, "prometheus/targets", map[string]string{
		"prometheus": `
scrape_configs:
- {job_name: there, file_sd_configs: [{files: [targets/node/*.yaml]}]}
- {job_name: gone, file_sd_configs: [{files: [targets/nod/*.yaml, targets/node/a.yaml]}]}
- {job_name: elsewhere, file_sd_configs: [{files: [/etc/targets/*.json]}]}
`,
		"file/prometheus/targets/node/a.yaml": "[]",
	}, `/scrape_configs/1/file_sd_configs/0/files/0: no file of the bundle matches "targets/nod/*.yaml", so job "gone" has no targets`)
}
