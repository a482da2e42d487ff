package project

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Checks are what a project has agreed on, for checks to hold it to. Empty
// ones are no agreement.
type Checks struct {
	// Severities are the values that the label severity of an alert may have.
	Severities []string
	// AlertName and RecordName match the whole names of rules.
	AlertName, RecordName *regexp.Regexp
	// Retention is how far back Prometheus has data; zero is not known.
	Retention time.Duration
	// ExternalAlerts are alerts that come from elsewhere, by the labels that
	// are known of them; "" is a label that they do not have.
	ExternalAlerts []map[string]string
	// DashboardLabels are those that every dashboard lets choose the values of;
	// nil means job and instance.
	DashboardLabels []string
	// Aggregations say which labels the results of rules keep, and which they
	// drop; a nil Rule is every rule.
	Aggregations []Aggregation
}

// Aggregation is what the aggregations of some rules make of labels: an alias,
// so that the conventions of a project are those of the checks.
type Aggregation = struct {
	Rule       *regexp.Regexp
	Keep, Drop []string
}

type rawChecks struct {
	Severity   map[string]string `json:"severity"`
	Severities []string          `json:"severities"`
	AlertName  string            `json:"alertName"`
	RecordName string            `json:"recordName"`
	Retention  string            `json:"retention"`
	Exceptions []rawException    `json:"exceptions"`

	ExternalAlerts  []map[string]string `json:"externalAlerts"`
	DashboardLabels []string            `json:"dashboardLabels"`
	Aggregations    []rawAggregation    `json:"aggregations"`
}

type rawAggregation struct {
	Rule string   `json:"rule"`
	Keep []string `json:"keep"`
	Drop []string `json:"drop"`
}

func (r rawChecks) checks(report reportFunc) Checks {
	c := Checks{Severities: r.Severities, ExternalAlerts: r.ExternalAlerts, DashboardLabels: r.DashboardLabels}
	pattern := func(field, text string) *regexp.Regexp {
		if text == "" {
			return nil
		}
		re, err := anchored(text)
		if err != nil {
			report("/checks/"+field, "", err)
		}
		return re
	}
	c.AlertName, c.RecordName = pattern("alertName", r.AlertName), pattern("recordName", r.RecordName)
	c.Aggregations = slices.Grow(c.Aggregations, len(r.Aggregations))[:len(r.Aggregations)]
	for i, a := range r.Aggregations {
		of := &c.Aggregations[i]
		of.Rule, of.Keep, of.Drop = pattern("aggregations/"+strconv.Itoa(i)+"/rule", a.Rule), a.Keep, a.Drop
	}
	if r.Retention != "" {
		var err error
		if c.Retention, err = parseDuration(r.Retention); err != nil {
			report("/checks/retention", "", err)
		}
	}
	return c
}
