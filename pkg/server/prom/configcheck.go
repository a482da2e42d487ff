package prom

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	configutil "github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/util/logging"

	"github.com/monctl/monctl/pkg/diag"
)

// checkConfig finds what upstream finds only when a configuration is applied,
// or logs when a pool or a discoverer is started.
func checkConfig(ctx context.Context, cfg *config.Config, running []*discovery.Provider) (diag.List, error) {
	metrics, err := discovery.CreateAndRegisterSDMetrics(prometheus.NewRegistry())
	if err != nil {
		return nil, err
	}
	c := &checker{running: running, metrics: metrics}
	c.scraping(ctx, cfg)
	c.alerting(ctx, cfg)
	c.remoteWrite(cfg)
	c.remoteRead(cfg)
	c.logFile("/global/query_log_file", cfg.GlobalConfig.QueryLogFile)
	return c.list, nil
}

func (c *checker) scraping(ctx context.Context, cfg *config.Config) {
	configs, err := cfg.GetScrapeConfigs()
	if err != nil {
		c.errorf("/scrape_config_files", "%v", err)
		return
	}
	for i, sc := range configs {
		pointer := pointerf("/scrape_configs/%d", i)
		if i >= len(cfg.ScrapeConfigs) {
			pointer = "/scrape_config_files"
		}
		if _, err := configutil.NewClientFromConfig(sc.HTTPClientConfig, sc.JobName); err != nil {
			c.errorf(pointer, "scrape job %q: %v", sc.JobName, err)
		}
		if _, err := config.ToEscapingScheme(sc.MetricNameEscapingScheme, sc.MetricNameValidationScheme); err != nil {
			c.errorf(pointer+"/metric_name_escaping_scheme", "scrape job %q: %v", sc.JobName, err)
		}
		c.logFile(pointer+"/scrape_failure_log_file", sc.ScrapeFailureLogFile)
		c.discoveries(ctx, pointer, sc.JobName, sc.ServiceDiscoveryConfigs)
	}
}

// alerting has a notifier that nobody uses take over the configuration.
func (c *checker) alerting(ctx context.Context, cfg *config.Config) {
	if err := newNotifier(nil, slog.New(slog.DiscardHandler)).ApplyConfig(cfg); err != nil {
		c.errorf("/alerting", "Alertmanagers: %v", err)
	}
	for i, am := range cfg.AlertingConfig.AlertmanagerConfigs {
		c.discoveries(ctx, pointerf("/alerting/alertmanagers/%d", i), pointerf("alertmanager %d", i), am.ServiceDiscoveryConfigs)
	}
}

func (c *checker) remoteWrite(cfg *config.Config) {
	seen := map[string]bool{}
	for i, rw := range cfg.RemoteWriteConfigs {
		pointer := pointerf("/remote_write/%d", i)
		c.unique(seen, pointer, rw)
		_, err := remote.NewWriteClient(rw.Name, &remote.ClientConfig{
			URL: rw.URL, WriteProtoMsg: rw.ProtobufMessage, Timeout: rw.RemoteTimeout,
			HTTPClientConfig: rw.HTTPClientConfig, SigV4Config: rw.SigV4Config, AzureADConfig: rw.AzureADConfig,
			GoogleIAMConfig: rw.GoogleIAMConfig, Headers: rw.Headers,
			RetryOnRateLimit: rw.QueueConfig.RetryOnRateLimit, RoundRobinDNS: rw.RoundRobinDNS,
		})
		if err != nil {
			c.errorf(pointer, "remote write to %s: %v", rw.URL.Redacted(), err)
		}
	}
}

func (c *checker) remoteRead(cfg *config.Config) {
	seen := map[string]bool{}
	for i, rr := range cfg.RemoteReadConfigs {
		pointer := pointerf("/remote_read/%d", i)
		c.unique(seen, pointer, rr)
		// Not remote.NewReadClient, which leaves a series in global metrics.
		if _, err := configutil.NewClientFromConfig(rr.HTTPClientConfig, "remote_storage_read_client"); err != nil {
			c.errorf(pointer, "remote read from %s: %v", rr.URL.Redacted(), err)
		}
	}
}

// unique refuses what upstream refuses half way through applying it: two
// configurations that look the same when they are written out, with secrets
// hidden (storage/remote, toHash).
func (c *checker) unique(seen map[string]bool, pointer string, value any) {
	text, err := yaml.Marshal(value)
	switch {
	case err != nil:
		c.errorf(pointer, "%v", err)
	case seen[string(text)]:
		c.errorf(pointer, "the same entry stands there twice")
	default:
		seen[string(text)] = true
	}
}

// logFile makes sure that a log file can be appended to.
func (c *checker) logFile(pointer, name string) {
	log, err := logging.NewJSONFileLogger(name)
	if err == nil && log != nil {
		err = log.Close()
	}
	if err != nil {
		c.errorf(pointer, "%v", err)
	}
}

var (
	yamlLine     = regexp.MustCompile(`line (\d+): `)
	unknownField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	intoType     = regexp.MustCompile("^cannot unmarshal !!(\\w+) `(.*)` into (\\S+)$")
)

// configFindings turns what the loader says into findings, one a line of it.
func configFindings(text []byte, err error) diag.List {
	var list diag.List
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	message = strings.TrimSpace(strings.TrimPrefix(message, "unmarshal errors:"))
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		pointer := ""
		if at := yamlLine.FindStringSubmatchIndex(line); at != nil && at[0] == 0 {
			n, _ := strconv.Atoi(line[at[2]:at[3]]) // digits
			pointer = pointerAtLine(text, n)
			line = line[at[1]:]
		}
		d := list.Errorf(codeConfig, diag.Span{}, "%s", plainYAML(line))
		d.Object, d.Pointer = configObject, pointer
	}
	return list
}

// plainYAML words the decoder's messages without the names of Go types.
func plainYAML(message string) string {
	if m := unknownField.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("unknown field %q", m[1])
	}
	if m := intoType.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%q (%s) is not a valid value here", m[2], m[1])
	}
	return message
}

// pointerAtLine returns the JSON Pointer of the outermost field or element
// that begins on the line. In a text of one line everything does: then it is
// the empty pointer.
func pointerAtLine(text []byte, line int) string {
	var doc yaml.Node
	if bytes.Count(bytes.TrimSpace(text), []byte("\n")) == 0 || yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return ""
	}
	pointer, _ := findLine(doc.Content[0], line, "")
	return pointer
}

func findLine(n *yaml.Node, line int, pointer string) (string, bool) {
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	} else if n.Kind != yaml.SequenceNode {
		return "", false
	}
	for i := 0; i+step <= len(n.Content); i += step {
		first, value := n.Content[i], n.Content[i+step-1]
		at := pointer + "/" + strconv.Itoa(i)
		if n.Kind == yaml.MappingNode {
			at = pointer + "/" + escapePointer(first.Value)
		}
		if first.Line == line {
			return at, true
		}
		if found, ok := findLine(value, line, at); ok {
			return found, true
		}
	}
	return "", false
}
