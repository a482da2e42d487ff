// Package dashboard knows Grafana's dashboards: classic JSON of the schema
// versions 14 to 42, alone or as the spec of a dashboard.grafana.app resource.
//
// A Dashboard is the view that checks need: panels with their queries, and
// variables, each with the JSON Pointer of its place. Judging decodes with the
// types of Grafana's foundation SDK. Since Grafana itself is lenient, legacy
// forms are normalised first, as Grafana does when it loads a dashboard, and
// the decoder's findings are sorted: a value of a wrong type is an error, a
// field that nothing reads is a warning, a missing field is nothing, because
// Grafana fills in a default, and so is a field that older versions wrote.
//
// The object itself is never changed: what is deployed is what was written.
package dashboard
