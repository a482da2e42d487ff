// Package kubernetes writes a bundle as Kubernetes objects: PrometheusRule and
// AlertmanagerConfig of the Prometheus operator, Secrets, and ConfigMaps that
// the dashboard sidecar of Grafana reads.
//
// A namespace of rule groups becomes one PrometheusRule, a dashboard one
// ConfigMap. The Alertmanager configuration becomes either the Secret that the
// operator mounts, which loses nothing, or an AlertmanagerConfig, which cannot
// say all of it. What a bundle says and its objects cannot is lost; each loss
// is a finding ("kubernetes/lost"), and nothing is left out without one.
//
// Names are made of references: lower case, digits, "-" and ".", at most as
// long as Kubernetes allows, and unique.
package kubernetes
