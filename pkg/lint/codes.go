package lint

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Code is one kind of finding that monctl can make.
type Code struct {
	// Name is "family/name", the path of its page under docs/checks.
	Name string
	// Severity is the usual one.
	Severity diag.Severity
	// Summary says in a few words what it finds.
	Summary string
	// OptIn says that it is found only where a project gives it a severity.
	OptIn bool
}

// Codes returns the codes of all findings, those of other packages included,
// sorted by name.
func Codes() []Code {
	var codes []Code
	for _, c := range others() {
		codes = append(codes, Code{Name: c.name, Severity: c.severity, Summary: c.summary})
	}
	for _, c := range Checks() {
		codes = append(codes, Code{Name: c.Code, Severity: c.Severity, Summary: c.Summary, OptIn: c.OptIn})
	}
	slices.SortFunc(codes, func(a, b Code) int { return strings.Compare(a.Name, b.Name) })
	return codes
}

// other is a line of the table of codes that are no checks.
type other struct {
	name     string
	severity diag.Severity
	summary  string
}

// others are the codes of what is no check: loaders, evaluation, tests, the
// server.
func others() []other {
	return []other{
		{"adjust/no-match", diag.Warning, "line of the project file that nothing matches"},
		{"alertmanager/config", diag.Error, "the server cannot run the Alertmanager configuration"},
		{"alertmanager/invalid", diag.Error, "Alertmanager refuses the configuration"},
		{"alertmanager/receiver", diag.Error, "route to a receiver that is not defined"},
		{"alertmanager/template", diag.Error, "notification template that does not work"},
		{"alertmanager/time-interval", diag.Error, "route with a time interval that is not defined"},
		{"alertmanager/unknown-field", diag.Error, "field that Alertmanager's configuration does not have"},
		{"baseline/gone", diag.Info, "baseline with findings that are not made any more"},
		{"baseline/read", diag.Error, "baseline that cannot be read"},
		{"bundle/body", diag.Error, "object whose content is not what its hash says"},
		{"catalog/read", diag.Error, "catalogue of metrics that cannot be read"},
		{"catalog/value", diag.Error, "catalogue of metrics that is not as it must be"},
		{"context/empty", diag.Warning, "context in which there is no monitoring"},
		{"context/read", diag.Error, "context that cannot be read"},
		{"convert/exists", diag.Error, "file that a conversion would overwrite"},
		{"convert/kind", diag.Error, "file that is nothing to convert"},
		{"convert/leftover", diag.Info, "source beside what it was converted to"},
		{"convert/mismatch", diag.Error, "conversion that does not mean what its source says"},
		{"convert/scalar", diag.Error, "scalar that Jsonnet cannot say"},
		{"convert/secret", diag.Warning, "secret that stands in a converted file"},
		{"convert/server-field", diag.Info, "field that Grafana's database counts"},
		{"convert/skipped", diag.Info, "file of a folder that is nothing to convert"},
		{"convert/tests", diag.Error, "unit tests, which stay YAML"},
		{"cue/import", diag.Error, "CUE package that is imported and not found"},
		{"cue/limit", diag.Error, "CUE that takes too long, or too much memory"},
		{"cue/syntax", diag.Error, "CUE that does not parse"},
		{"cue/value", diag.Error, "CUE whose values contradict each other, or are left open"},
		{"dashboard/title", diag.Error, "dashboard without title"},
		{"dashboard/type", diag.Error, "dashboard field of a wrong type"},
		{"dashboard/uid", diag.Error, "dashboard without uid, or with one that is not valid or taken"},
		{"dashboard/unknown-field", diag.Warning, "dashboard field that Grafana ignores"},
		{"deploy/conflict", diag.Error, "target that somebody else deployed to meanwhile"},
		{"deploy/failed", diag.Error, "deployment that did not succeed"},
		{"deploy/unauthenticated", diag.Error, "target that does not accept the credentials"},
		{"deploy/unreachable", diag.Error, "target that does not answer"},
		{"exception/code", diag.Error, "exception of a code that does not exist, or of what has to be mended"},
		{"exception/expired", diag.Warning, "exception whose last day is over"},
		{"exception/syntax", diag.Error, "field monctl of a rule that is visible or malformed"},
		{"exception/unused", diag.Warning, "exception that excepts nothing"},
		{"init/exists", diag.Error, "file that a new project would overwrite"},
		{"init/found", diag.Info, "YAML that can be converted"},
		{"init/workflow", diag.Info, "workflow where it is not read"},
		{"jsonnet/import", diag.Error, "import that is not found or cannot be read"},
		{"jsonnet/loop", diag.Error, "local that is defined by itself"},
		{"jsonnet/memory", diag.Error, "evaluation that needs too much memory"},
		{"jsonnet/runtime", diag.Error, "Jsonnet that fails when it is evaluated"},
		{"jsonnet/syntax", diag.Error, "Jsonnet that does not parse"},
		{"jsonnet/timeout", diag.Error, "evaluation that takes too long"},
		{"jsonnet/trace", diag.Info, "message of std.trace, with --trace"},
		{"jsonnet/type", diag.Warning, "value of a wrong type, or call with wrong arguments"},
		{"jsonnet/unused", diag.Warning, "variable that nothing uses"},
		{"jsonnet/verify", diag.Error, "engines that disagree, with --engine verify"},
		{"kubernetes/lost", diag.Warning, "what Kubernetes objects cannot say"},
		{"kubernetes/secret", diag.Error, "secret that an AlertmanagerConfig cannot take"},
		{"kubernetes/size", diag.Error, "Kubernetes object that is too large"},
		{"policy/syntax", diag.Error, "policy that does not compile"},
		{"policy/unknown-kind", diag.Warning, "definition that constrains nothing"},
		{"policy/violation", diag.Error, "part of a bundle that is not what a policy of the project wants"},
		{"project/ambiguous", diag.Error, "two project files"},
		{"project/empty", diag.Warning, "folder that is no project"},
		{"project/environment", diag.Error, "environment that does not exist"},
		{"project/read", diag.Error, "project file that cannot be read"},
		{"project/schema", diag.Error, "project file with a field or value that is not allowed"},
		{"project/syntax", diag.Error, "project file that does not parse"},
		{"project/value", diag.Error, "project file with a value that cannot be used"},
		{"prometheus/config", diag.Error, "the server cannot run the Prometheus configuration"},
		{"prometheus/invalid", diag.Error, "Prometheus refuses the configuration"},
		{"prometheus/unknown-field", diag.Error, "field that Prometheus' configuration does not have"},
		{"promql/comment", diag.Warning, "comment that formatting would lose"},
		{"promql/syntax", diag.Error, "expression that is no PromQL"},
		{"render/edited", diag.Warning, "rendered file that was edited and is no longer rendered"},
		{"render/outdated", diag.Error, "rendered file that is out of date"},
		{"rules/dialect", diag.Error, "what the program that reads the rules does not know"},
		{"rules/invalid", diag.Error, "rule or group that Prometheus refuses"},
		{"rules/template", diag.Error, "template of a rule that does not parse"},
		{"rules/unknown-field", diag.Error, "field that rules do not have"},
		{"secret/no-file", diag.Error, "secret in a field that cannot be read from a file"},
		{"secret/unresolved", diag.Error, "secret without a value"},
		{"server/exposed", diag.Error, "server that everyone could reach without a password"},
		{"server/locked", diag.Error, "state directory that another server uses"},
		{"server/state", diag.Error, "state directory that is damaged"},
		{"server/validate", diag.Error, "revision that could not be judged"},
		{"source/ambiguous", diag.Error, "two sources where one is expected"},
		{"source/duplicate", diag.Error, "object that is defined twice"},
		{"source/format", diag.Error, "file that is not formatted, with fmt --test"},
		{"source/json", diag.Error, "JSON that does not parse"},
		{"source/left-out", diag.Info, "Kubernetes objects that are not rendered"},
		{"source/name", diag.Error, "object that no file can be called after"},
		{"source/read", diag.Error, "source that cannot be read"},
		{"source/shape", diag.Error, "source that evaluates to nothing that can be deployed"},
		{"source/yaml", diag.Error, "YAML that does not parse"},
		{"test/alert", diag.Error, "alerts that differ from the expected ones"},
		{"test/coverage", diag.Error, "tests that cover less of the rules than was asked for"},
		{"test/alertmanager-file", diag.Error, "scenario without an Alertmanager configuration that can be used"},
		{"test/duplicate-name", diag.Warning, "two tests of one name"},
		{"test/environment", diag.Error, "tests for an environment that there is not"},
		{"test/evaluation", diag.Error, "rule that fails in a test"},
		{"test/ignored-series", diag.Warning, "input series that is ignored"},
		{"test/no-match", diag.Warning, "pattern that no rule file matches"},
		{"test/notification", diag.Error, "notifications that differ from the expected ones"},
		{"test/promql", diag.Error, "samples that differ from the expected ones"},
		{"test/receivers", diag.Error, "alert that is sent to other receivers than expected"},
		{"test/route", diag.Error, "receivers that differ from the expected ones"},
		{"test/rule-file", diag.Error, "rule file of a test that cannot be read"},
		{"test/rules", diag.Error, "rule file of a test that does not load"},
		{"test/series", diag.Error, "input series that does not parse"},
		{"test/suppression", diag.Error, "alert that is not suppressed as expected"},
		{"test/syntax", diag.Error, "test file that does not parse"},
		{"test/template", diag.Warning, "template of an alert that fails in a test"},
		{"test/unknown-alert", diag.Warning, "test of an alert that no rule has"},
		{"test/unknown-key", diag.Error, "test file with a key that does not exist"},
		{"test/unknown-receiver", diag.Warning, "test of a receiver that the configuration does not have"},
		{"test/value", diag.Error, "test file with a value of a wrong type"},
		{"test/verify", diag.Error, "test that is evaluated differently than the plain way"},
		{"vendor/auth", diag.Error, "repository that wants credentials, or refuses them"},
		{"vendor/conflict", diag.Error, "package that is required in two versions"},
		{"vendor/containment", diag.Error, "package that would reach out of vendor/"},
		{"vendor/fetch", diag.Error, "repository that cannot be read"},
		{"vendor/file", diag.Error, "jsonnetfile.json that cannot be read"},
		{"vendor/legacy-name", diag.Warning, "short name that two packages have"},
		{"vendor/local", diag.Error, "local directory that does not exist"},
		{"vendor/offline", diag.Error, "package that is not in the cache"},
		{"vendor/outdated", diag.Error, "vendor/ that is not what the files say"},
		{"vendor/size", diag.Error, "package that is too large"},
		{"vendor/source", diag.Error, "dependency whose source is not understood"},
		{"vendor/subdir", diag.Error, "directory that the repository does not have"},
		{"vendor/sum", diag.Error, "package that is not what was locked"},
		{"vendor/unknown-field", diag.Warning, "field that jsonnetfile.json does not have"},
		{"vendor/unknown-package", diag.Error, "package that the project does not have"},
		{"vendor/version", diag.Error, "branch, tag or commit that does not exist"},
	}
}
