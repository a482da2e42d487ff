package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/monctl/monctl/pkg/catalog"
)

// clientFlags say how to talk to a server with Prometheus' HTTP API.
type clientFlags struct {
	headers            []string
	tenant             string
	token, tokenFile   string
	user, passwordFile string
	caFile             string
	certFile, keyFile  string
	insecure           bool
	timeout            time.Duration
}

func (f *clientFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.headers, "header", nil, "send this header, `name=value`; may be repeated")
	flags.StringVar(&f.tenant, "tenant", "", "the tenant of Mimir or Cortex, sent as X-Scope-OrgID")
	flags.StringVar(&f.token, "bearer-token", "", "a bearer `token`; better in MONCTL_BEARER_TOKEN than among the arguments")
	flags.StringVar(&f.tokenFile, "bearer-token-file", "", "`path` of a file that holds a bearer token")
	flags.StringVar(&f.user, "user", "", "user `name` of basic authentication; the password is in --password-file or MONCTL_PASSWORD")
	flags.StringVar(&f.passwordFile, "password-file", "", "`path` of a file that holds the password")
	flags.StringVar(&f.caFile, "ca-file", "", "`path` of the certificates that the server's is signed by")
	flags.StringVar(&f.certFile, "cert-file", "", "`path` of a client certificate")
	flags.StringVar(&f.keyFile, "key-file", "", "`path` of the client certificate's key")
	flags.BoolVar(&f.insecure, "insecure-skip-verify", false, "accept any certificate of the server")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long one request may take")
}

func (f *clientFlags) client(g *global, address string) (*catalog.Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, usagef("--from: %q is no address of a server", address)
	}
	header, err := f.header(g, u)
	if err != nil {
		return nil, err
	}
	config, err := f.tls(g)
	if err != nil {
		return nil, err
	}
	if f.timeout <= 0 {
		return nil, usagef("--timeout must be longer than zero")
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
	}
	// Credentials must not follow a redirect to somewhere else: net/http
	// drops Authorization then, but not other headers.
	client := &http.Client{Transport: transport, Timeout: f.timeout, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != via[0].URL.Host {
			return errors.New("the server redirects to " + req.URL.Host + "; ask there, with --from")
		}
		if len(via) > 5 {
			return errors.New("the server redirects in a circle")
		}
		return nil
	}}
	bare := *u
	bare.User = nil
	return &catalog.Client{URL: &bare, HTTP: client, Header: header}, nil
}

func (f *clientFlags) header(g *global, u *url.URL) (http.Header, error) {
	header := http.Header{}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, "=")
		if !ok || name == "" {
			return nil, usagef("--header %q: want name=value", h)
		}
		header.Add(name, value)
	}
	if f.tenant != "" {
		header.Set("X-Scope-OrgID", f.tenant)
	}
	user, password := f.user, ""
	if u.User != nil && user == "" {
		user = u.User.Username()
		password, _ = u.User.Password()
	}
	token, err := f.secret(g, f.tokenFile, "--bearer-token-file", f.token)
	if err != nil {
		return nil, err
	}
	switch {
	case token != "" && user != "":
		return nil, usagef("give a bearer token or a user, not both")
	case token != "":
		header.Set("Authorization", "Bearer "+token)
	case user != "":
		if password == "" {
			password, _ = g.sys.Getenv("MONCTL_PASSWORD")
		}
		if password, err = f.secret(g, f.passwordFile, "--password-file", password); err != nil {
			return nil, err
		}
		req := http.Request{Header: header}
		req.SetBasicAuth(user, password)
	}
	return header, nil
}

// secret reads a secret from a file, if one is named.
func (f *clientFlags) secret(g *global, file, flag, value string) (string, error) {
	if file == "" {
		return value, nil
	}
	data, err := os.ReadFile(g.path(file))
	if err != nil {
		return "", usagef("%s %s: %w", flag, file, cause(err))
	}
	return strings.TrimSpace(string(data)), nil
}

func (f *clientFlags) tls(g *global) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: f.insecure} //nolint:gosec // it is asked for by name
	if f.caFile != "" {
		pem, err := os.ReadFile(g.path(f.caFile))
		if err != nil {
			return nil, usagef("--ca-file %s: %w", f.caFile, cause(err))
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, usagef("--ca-file %s holds no certificate", f.caFile)
		}
	}
	if f.certFile != "" || f.keyFile != "" {
		cert, err := tls.LoadX509KeyPair(g.path(f.certFile), g.path(f.keyFile))
		if err != nil {
			return nil, usagef("--cert-file and --key-file: %w", err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	return config, nil
}
