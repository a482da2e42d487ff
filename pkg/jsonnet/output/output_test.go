package output_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/jsonnet/output"
)

func TestOne(t *testing.T) {
	for _, tc := range []struct {
		name      string
		mode      output.Mode
		doc, want string
	}{
		{"a document", output.Mode{}, "{\n   \"a\": 1\n}\n", "{\n   \"a\": 1\n}\n"},
		{"no newline", output.Mode{NoNewline: true}, "1\n", "1"},
		{"a text", output.Mode{Text: true}, "\"ü\\n\\u0000\"\n", "ü\n\x00\n"},
		{"a text without newline", output.Mode{Text: true, NoNewline: true}, "\"\"\n", ""},
		{"no text", output.Mode{Text: true}, "[ ]\n", "error: expected string result, got: array"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.mode.One([]byte(tc.doc))
			if err != nil {
				got = []byte("error: " + err.Error())
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDocuments(t *testing.T) {
	docs, err := output.Mode{Stream: true}.Documents([]byte("[\n   {\n      \"a\": [\n         \"x\\n   y\"\n      ]\n   },\n   1\n]\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "---\n{\n   \"a\": [\n      \"x\\n   y\"\n   ]\n}\n---\n1\n...\n"
	if diff := cmp.Diff(want, string(output.WriteStream(docs))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if docs, err := (output.Mode{}).Documents([]byte("[ ]\n")); err != nil || len(output.WriteStream(docs)) != 0 {
		t.Errorf("an empty stream: %q %v", docs, err)
	}
	if _, err := (output.Mode{}).Documents([]byte("null\n")); err == nil {
		t.Error("no error for a stream that is null")
	}
}

func TestAll(t *testing.T) {
	files, err := output.Mode{}.All([]byte("{\n   \"b\": {\n      \"x\": {\n         \"y\": 1\n      }\n   },\n   \"a/c\": \"t\"\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []output.File{{Name: "a/c", Data: []byte("\"t\"\n")}, {Name: "b", Data: []byte("{\n   \"x\": {\n      \"y\": 1\n   }\n}\n")}}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	files, err = output.Mode{Text: true}.All([]byte("{\n   \"a\": \"t\"\n}\n"))
	if diff := cmp.Diff([]output.File{{Name: "a", Data: []byte("t\n")}}, files); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for doc, want := range map[string]string{
		"1\n":                 "multi mode: top-level object was a number, should be an object whose keys are filenames and values hold the JSON for that file.",
		"{\n   \"a\": 1\n}\n": "multi mode: top-level object's key a has a value of type float64, should be a string",
	} {
		if _, err := (output.Mode{Text: true}).All([]byte(doc)); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
