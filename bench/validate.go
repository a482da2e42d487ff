package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
)

const (
	// validateLimit is against pint, for manyRules.
	validateLimit = 0.5
	manyRules     = 10_000
	// bothLimit is against pint and promtool one after the other.
	bothLimit = 1
	// validateMemory is against the peak of pint, for manyRules.
	validateMemory = 1
	// validateGrowth is how much longer than ten times as long ten times the rules
	// may take.
	validateGrowth = 1.2
)

// runValidate judges generated rules in three sizes, and a whole project.
func runValidate(ctx context.Context, b *bench) ([]row, error) {
	rows, err := b.validateProject(ctx)
	if err != nil {
		return nil, err
	}
	sizes := []int{1_000, manyRules, 10 * manyRules}
	var medians []float64 // of the processor's time
	for _, n := range sizes {
		dir := filepath.Join(b.work, "validate-"+strconv.Itoa(n))
		if err := writeRuleSet(dir, n); err != nil {
			return nil, err
		}
		got, err := b.validateRules(ctx, n, dir)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(got, func(r row) bool { return r.Measure == "cpu" }); i >= 0 {
			medians = append(medians, got[i].Ours.Median)
		}
		rows = append(rows, got...)
	}
	b.note("validate: pint looks only at rules, promtool only at whether they load; findings are printed by monctl and pint alike. the rules are of 8 shapes, and there is nothing to say of them")
	b.note("validate: pint is not asked about 100000 rules: what it takes grows faster than they do")
	if len(medians) < len(sizes) { // peers were stopped
		return rows, nil
	}
	for i := range medians[1:] {
		factor := medians[i+1] / medians[i] / float64(sizes[i+1]/sizes[i])
		b.note(fmt.Sprintf("validate: %d rules take monctl %.2f times as much of the processor a rule as %d, limit %.1f", sizes[i+1], factor, sizes[i], validateGrowth))
	}
	return rows, nil
}

// validateRules judges the rule files of a folder.
func (b *bench) validateRules(ctx context.Context, n int, dir string) ([]row, error) {
	files, err := ruleFiles(dir)
	if err != nil {
		return nil, err
	}
	j := job{
		name: fmt.Sprintf("validate %d rules", n), rounds: b.rounds, peerName: "promtool check rules",
		ours: []command{b.validate(dir)}, peer: []command{b.peer("promtool", append([]string{"check", "rules", "--lint=none"}, files...)...)},
	}
	if n > manyRules {
		j.rounds = min(j.rounds, 2)
		return b.compare(ctx, j)
	}
	rows, err := b.compare(ctx, j)
	if err != nil {
		return nil, err
	}
	j.peerName, j.peer = "pint --offline lint", []command{b.pint(dir)}
	got, err := b.compare(ctx, j)
	if err != nil {
		return nil, err
	}
	if n == manyRules {
		limitRatio(got, "wall", validateLimit)
		limitRatio(got, "peak rss", validateMemory)
	}
	return append(rows, got...), nil
}

// validateProject judges everything of a project: rules, routes, dashboards,
// policies.
func (b *bench) validateProject(ctx context.Context) ([]row, error) {
	dir := filepath.Join(b.work, "validate-project")
	if err := writeMonitoring(dir, 1000, 20, 50); err != nil {
		return nil, err
	}
	files, err := ruleFiles(filepath.Join(dir, "rules"))
	if err != nil {
		return nil, err
	}
	got, err := b.compare(ctx, job{
		name: "validate project", peerName: "pint --offline lint, then promtool check rules",
		ours: []command{{path: b.monctl, args: []string{"validate"}, dir: dir}},
		peer: []command{b.pint(filepath.Join(dir, "rules")), b.peer("promtool", append([]string{"check", "rules", "--lint=none"}, files...)...)},
	})
	if err != nil {
		return nil, err
	}
	got[0].RatioLimit = bothLimit
	b.note("validate project: 1000 rules, 20 routes, 50 dashboards of 8 panels and a policy for monctl; the rules alone for pint and promtool")
	return got, nil
}

// validate is monctl on the rule files of a folder.
func (b *bench) validate(dir string) command {
	return command{path: b.monctl, args: []string{"validate", "."}, dir: dir}
}

// pint is pint on the rule files of a folder, without a server to ask. What it
// finds does not fail it.
func (b *bench) pint(dir string) command {
	return command{path: filepath.Join(b.bin, "pint"), args: []string{"--offline", "--no-color", "--log-level=warn", "lint", "--fail-on=fatal", "."}, dir: dir}
}
