package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/monctl/monctl/pkg/gitrepo"
)

// logins finds credentials for hosts in the environment, else in netrc.
func (o *vendorOptions) logins() (func(string) (gitrepo.Login, bool), error) {
	hosts, err := o.netrc()
	if err != nil {
		return nil, err
	}
	return func(host string) (gitrepo.Login, bool) {
		name := environmentName(host)
		if token, ok := o.sys.Getenv("MONCTL_GIT_TOKEN_" + name); ok && token != "" {
			user, _ := o.sys.Getenv("MONCTL_GIT_USER_" + name)
			if user == "" {
				user = "x-access-token" // hosts that take a token take any user
			}
			return gitrepo.Login{User: user, Password: token}, true
		}
		if login, ok := hosts[host]; ok {
			return login, true
		}
		login, ok := hosts[""]
		return login, ok
	}, nil
}

// environmentName is a host in the name of an environment variable.
func environmentName(host string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(host))
}

// netrc reads the file that $NETRC names, or ~/.netrc; there need not be one.
func (o *vendorOptions) netrc() (map[string]gitrepo.Login, error) {
	name, named := o.sys.Getenv("NETRC")
	if !named || name == "" {
		home, ok := o.sys.Getenv("HOME")
		if !ok {
			return nil, nil
		}
		name = filepath.Join(home, ".netrc")
	}
	data, err := os.ReadFile(o.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read netrc: %w", err)
	}
	return parseNetrc(string(data)), nil
}

// parseNetrc reads logins by host; that of "default" has the host "".
func parseNetrc(text string) map[string]gitrepo.Login {
	hosts := map[string]gitrepo.Login{}
	host, open := "", false
	var login gitrepo.Login
	end := func() {
		if _, known := hosts[host]; open && !known && login.Password != "" { // the first one counts
			hosts[host] = login
		}
		login = gitrepo.Login{}
	}
	inMacro := false
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			inMacro = false // an empty line ends a macro
		}
		words := strings.Fields(line)
		for i := 0; i < len(words) && !inMacro; i++ {
			value := ""
			if i+1 < len(words) {
				value = words[i+1]
			}
			switch words[i] {
			case "machine":
				end()
				host, open = value, true
				i++
			case "default":
				end()
				host, open = "", true
			case "login":
				login.User = value
				i++
			case "password":
				login.Password = value
				i++
			case "account":
				i++
			case "macdef":
				inMacro = true
			default:
				if strings.HasPrefix(words[i], "#") {
					i = len(words)
				}
			}
		}
	}
	end()
	return hosts
}

// ssh says how to be known to SSH servers: by the agent, or the usual keys.
func (o *vendorOptions) ssh() gitrepo.SSH {
	var s gitrepo.SSH
	s.Agent, _ = o.sys.Getenv("SSH_AUTH_SOCK")
	exists := func(name string) bool {
		info, err := os.Stat(name)
		return err == nil && info.Mode().IsRegular()
	}
	known := []string{"/etc/ssh/ssh_known_hosts"}
	if home, ok := o.sys.Getenv("HOME"); ok {
		known = append(known, filepath.Join(home, ".ssh", "known_hosts"))
		for _, key := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			if name := filepath.Join(home, ".ssh", key); exists(name) {
				s.Keys = append(s.Keys, name)
			}
		}
	}
	if files, ok := o.sys.Getenv("SSH_KNOWN_HOSTS"); ok {
		known = filepath.SplitList(files)
	}
	for _, name := range known {
		if exists(name) {
			s.KnownHosts = append(s.KnownHosts, name)
		}
	}
	return s
}
