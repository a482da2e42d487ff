package promconf

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"reflect"
	"strconv"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	_ "github.com/prometheus/prometheus/plugins" // every service discovery of upstream's binary

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// JudgeConfig returns what Prometheus refuses the configuration for.
func JudgeConfig(ctx context.Context, o bundle.Object) (diag.List, error) {
	body := o.Body.Bytes()
	if cfg, err := readConfig(body); err == nil {
		return beside(o, cfg)
	}
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	findings, err := configLoader().Judge(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("judge %s: %w", o.Ref, err)
	}
	var diags diag.List
	verdict.Report(&diags, o, "prometheus", findings)
	return diags, nil
}

// beside finds what loading the configuration leaves for later: names of scrape
// configuration files that are no pattern, which Prometheus only tries when it
// looks for the files, and targets.
func beside(o bundle.Object, cfg *config.Config) (diag.List, error) {
	var diags diag.List
	targets(&diags, o, cfg)
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	for i, e := range v.Array("scrape_config_files") {
		if _, err := path.Match(e.Text, ""); err != nil {
			at := "/scrape_config_files/" + strconv.Itoa(i)
			verdict.Errorf(&diags, o, "prometheus/invalid", at, "%q is no pattern of file names", e.Text).Hint = "a bracket that is opened has to be closed"
		}
	}
	return diags, nil
}

func readConfig(yaml []byte) (cfg *config.Config, err error) {
	defer verdict.Recover(&err)
	return config.Load(string(yaml), slog.New(slog.DiscardHandler))
}

func loadConfig(yaml []byte) error {
	_, err := readConfig(yaml)
	return err
}

func configLoader() verdict.Loader {
	return verdict.Loader{
		Load: loadConfig,
		Type: reflect.TypeFor[config.Config](),
		Fields: map[string][]string{
			"/scrape_configs/*":         discoveryFields(),
			"/alerting/alertmanagers/*": discoveryFields(),
		},
		Units: []string{
			"/scrape_configs/*", "/remote_write/*", "/remote_read/*",
			"/alerting/alertmanagers/*", "/alerting/alert_relabel_configs/*",
		},
	}
}

// discoveryFields are the fields that scrape configurations have through the
// discoveries that are registered.
func discoveryFields() []string {
	fields := []string{"static_configs"}
	for _, name := range discovery.RegisteredConfigNames() {
		fields = append(fields, name+"_sd_configs")
	}
	return fields
}
