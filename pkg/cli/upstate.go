package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/monctl/monctl/pkg/api"
	"github.com/monctl/monctl/pkg/view"
)

// serverState reads what a server does, through the interfaces that everybody
// else reads.
func serverState(ctx context.Context, c *api.Client) (*view.Server, error) {
	status, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	s := &view.Server{URL: c.URL(), UnresolvedSecrets: status.UnresolvedSecrets, Waiting: status.Waiting}
	var targets struct {
		ActiveTargets []struct {
			Health string `json:"health"`
		} `json:"activeTargets"`
	}
	if err := get(ctx, c.URL()+"/api/v1/targets?state=active", &targets); err != nil {
		return nil, err
	}
	for _, t := range targets.ActiveTargets {
		s.Targets++
		if t.Health == "up" {
			s.TargetsUp++
		}
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Health string `json:"health"`
				State  string `json:"state"`
				Alerts []struct {
					State string `json:"state"`
				} `json:"alerts"`
			} `json:"rules"`
		} `json:"groups"`
	}
	if err := get(ctx, c.URL()+"/api/v1/rules", &rules); err != nil {
		return nil, err
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			s.Rules++
			if r.Health == "err" {
				s.RulesFailing++
			}
			for _, a := range r.Alerts {
				if a.State == "firing" {
					s.AlertsFiring++
				}
			}
		}
	}
	return s, nil
}

// get reads the data of an answer of Prometheus' API.
func get(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer resp.Body.Close()
	answer := struct {
		Data any `json:"data"`
	}{Data: into}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer of %s: %w", url, err)
	}
	return nil
}
