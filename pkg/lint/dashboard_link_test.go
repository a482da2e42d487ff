package lint_test

import "testing"

func TestDashboardLink(t *testing.T) {
	check(t, "dashboard/link", map[string]string{"dashboard/f/u": `
uid: u
title: t
tags: [a]
links:
- {type: link, url: /d/u2/name}
- {type: link, url: /d/u3}
- {type: link, url: 'https://example.org/d/u3'}
- {type: link, url: '/d/$uid/x'}
- {type: dashboards, tags: [b]}
- {type: dashboards, tags: [a]}
panels:
- title: p
  type: stat
  links: [{url: 'd/gone?x=y'}]
  fieldConfig: {defaults: {links: [{url: '${__base}/d/u2'}]}, overrides: [{properties: [{id: links, value: [{url: /d/away}]}]}]}
`, "dashboard/f/u2": "{uid: u2, title: o, tags: [b]}"},
		`/links/1/url: the link leads to dashboard "u3", which this bundle does not have`,
		`/links/5/tags: the list of dashboards tagged ["a"] is empty: no other dashboard of this bundle is tagged so`,
		`/panels/0/links/0/url: the link leads to dashboard "gone", which this bundle does not have`,
		`/panels/0/fieldConfig/overrides/0/properties/0/value/0/url: the link leads to dashboard "away", which this bundle does not have`,
	)
}
