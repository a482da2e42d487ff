package cli_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/pkg/cli"
)

// TestVendorCredentials has a host answer 404 to whoever it knows, and 401 to
// all others.
func TestVendorCredentials(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user+":"+password != "me:s3cret" && user+":"+password != "x-access-token:t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer s.Close()
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	file("jsonnetfile.json", `{"version": 1, "dependencies": [{"source": {"git": {"remote": "https://git.example.org/team/lib.git", "subdir": ""}}, "version": "main"}]}`)
	right := file("right", "# hosts\nmachine other login x password y\nmacdef m\nmachine 127.0.0.1 login no password no\n\nmachine 127.0.0.1\n\tlogin me\n\tpassword s3cret\n")
	for name, tc := range map[string]struct {
		env  map[string]string
		want int
	}{
		"nothing":            {nil, 4},
		"netrc":              {map[string]string{"NETRC": right}, 1},
		"default of netrc":   {map[string]string{"NETRC": file("default", "machine other login x password y default login me password s3cret")}, 1},
		"another host":       {map[string]string{"NETRC": file("other", "machine other login me password s3cret")}, 4},
		"wrong password":     {map[string]string{"NETRC": file("wrong", "machine 127.0.0.1 login me password x")}, 4},
		"token":              {map[string]string{"MONCTL_GIT_TOKEN_127_0_0_1": "t0ken"}, 1},
		"user and token":     {map[string]string{"MONCTL_GIT_TOKEN_127_0_0_1": "s3cret", "MONCTL_GIT_USER_127_0_0_1": "me"}, 1},
		"another's token":    {map[string]string{"MONCTL_GIT_TOKEN_GIT_EXAMPLE_ORG": "t0ken"}, 4},
		"token before netrc": {map[string]string{"MONCTL_GIT_TOKEN_127_0_0_1": "wrong", "NETRC": right}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := cli.Main(cli.System{
				Args: []string{"vendor", "install", "--mirror", "https://git.example.org/=" + s.URL + "/", "--cache-dir", filepath.Join(t.TempDir(), "cache")},
				Dir:  dir, Stdout: &out, Stderr: &out,
				Getenv:    func(name string) (string, bool) { v, ok := tc.env[name]; return v, ok },
				Interrupt: func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} },
			})
			if code != tc.want {
				t.Errorf("exit code %d, want %d\n%s", code, tc.want, &out)
			}
			if bytes.Contains(out.Bytes(), []byte("s3cret")) || bytes.Contains(out.Bytes(), []byte("t0ken")) {
				t.Errorf("the output shows the password:\n%s", &out)
			}
		})
	}
}
