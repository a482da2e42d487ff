package view

// Preview is what a receiver gets of some alerts.
type Preview struct {
	Environment string `json:"environment"`
	Receiver    string `json:"receiver"`
	// Status is "firing" or "resolved".
	Status string `json:"status"`
	// Alerts are those of the notification, as they are shown to templates.
	Alerts []PreviewAlert `json:"alerts"`
	// GroupLabels are the labels of the group.
	GroupLabels map[string]string `json:"group_labels"`
	Messages    []Message         `json:"messages"`
}

// PreviewAlert is an alert of a notification.
type PreviewAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// Status is "firing" or "resolved".
	Status string `json:"status"`
}

func (t *textWriter) previews(previews []Preview) {
	for i, m := range sameAnswers(previews, func(p *Preview) *string { return &p.Environment }) {
		if i > 0 {
			t.out.WriteByte('\n')
		}
		t.inEnvironments(m.envs)
		p := m.answer
		t.printf("%s: %s, {%s}\n", t.styled(bold, plain(p.Receiver)), plain(p.Status), plain(pairsText(p.GroupLabels)))
		if len(p.Messages) == 0 {
			t.printf("  nothing is sent: no integration takes it\n")
		}
		t.messages(p.Messages, "  ")
	}
}
