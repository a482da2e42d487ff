package paging

import "github.com/monctl/monctl/pkg/routing"

// Inhibitor is an inhibition rule that can mute an alert.
type Inhibitor struct {
	Rule routing.Inhibition
	// Certain says that the alert is a target whatever its unknown labels hold.
	Certain bool
	// By are the alerts that can take the part of the source.
	By []Source
}

// Source is an alert that can mute another one while it fires.
type Source struct {
	Alert Alert
	// Certain says that it does whatever the unknown labels of both hold.
	Certain bool
}

// Inhibitors returns the inhibition rules that have an alert as a target, with
// those of some alerts that can be the source.
func (c *Config) Inhibitors(a Alert, among []Alert) []Inhibitor {
	var out []Inhibitor
	for _, rule := range c.Inhibitions {
		concerns := rule.Concerns(a.Label)
		if concerns == routing.Never {
			continue
		}
		one := Inhibitor{Rule: rule, Certain: concerns == routing.Certain}
		for _, source := range among {
			if between := rule.Between(source.Label, a.Label); between != routing.Never {
				one.By = append(one.By, Source{Alert: source, Certain: between == routing.Certain})
			}
		}
		out = append(out, one)
	}
	return out
}
