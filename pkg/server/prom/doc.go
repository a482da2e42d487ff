// Package prom runs Prometheus inside monctl's server: it scrapes, stores,
// evaluates rules, answers PromQL and hands alerts on.
//
// A Server owns one data directory. What it does is said by a revision: an
// Input, which is a prometheus.yml, the stable directory that relative file
// names in it are relative to, and the rule groups. A revision is switched to
// in two phases. Prepare parses and validates all of it and builds what can be
// built without touching anything that runs; its findings are diagnostics.
// Commit switches part by part and, if a part refuses, switches back.
//
// A rule group is identified by its namespace and name, for ever; there is no
// file path and no revision in its identity. A group that a revision leaves as
// it was goes on untouched. A changed one is replaced between two evaluations
// and takes over the alerts and series of its predecessor, so that "for" and
// the ALERTS series go on without a gap. A removed one is retired: it is no
// longer evaluated, and its series are marked stale as soon as everything that
// the revision added or changed was evaluated once (a rule that merely moved
// to another group keeps its series). Each group has an evaluation slot, the
// same that Prometheus gives it: an offset within the interval that is a hash
// of its identity. Besides its slots, a group that is new or changed is
// evaluated once, at once.
//
// A newly opened server evaluates its first groups at their slots, but not at
// once: that waits until every target was scraped, so that absent() does not
// cry wolf. It restores their "for" state from ALERTS_FOR_STATE after their
// second slot, as Prometheus does, unless its storage was empty.
//
// Alerts go through external labels and alert_relabel_configs to
// Options.Alerts, and, where the configuration names Alertmanagers, through
// Prometheus' notifier to those too.
//
// Deliberately absent: rule_files is accepted and ignored, because rule groups
// are objects of the bundle; agent mode; tracing; the runtime section, because
// GC and log level belong to the process; the admin API; the web console
// templates; /-/reload and /-/ready, which the composing server answers.
//
// # Upstream's global state
//
// Some of what upstream keeps globally cannot be had per server: service
// discovery types register themselves when this package is linked; the remote
// read client and the dialers' connection tracking register their metrics with
// the default registry; Kubernetes client metrics are one set per process; and
// config.Load expands $NAME in external labels from the environment.
package prom
