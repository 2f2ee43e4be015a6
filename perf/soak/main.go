// Command soak is everything around the proxy of a soak: its control plane, its endpoints and its clients.
//
//	soak run     -folder DIR -ports FIRST -access-log FILE [-endpoints 4] [-rate 1] [-kill-every 6s]
//	soak backend -name NAME -port FIRST -folder DIR
//
// "run" writes what a sidecar needs to the folder, prints one JSON line with the control plane's port and the listeners', and
// then answers every line of its input with one of JSON:
//
//	begin   traffic, changes each second, and kills
//	status  what was done so far
//	pause   all of that ends, as it should: streams finish, connections are closed, every endpoint lives and is used
//	end     what was done, and what failed that must not fail; then it ends
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("say what to do: run or backend"))
	}
	switch os.Args[1] {
	case "run":
		fail(run(os.Args[2:]))
	case "backend":
		fail(backend(os.Args[2:]))
	default:
		fail(fmt.Errorf("%q is neither run nor backend", os.Args[1]))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// soak is the whole.
type soak struct {
	control *control
	fleet   *fleet
	mesh    *mesh
	judge   *judge
	traffic *traffic
	log     string
	every   time.Duration
	over    chan struct{}
	busy    sync.WaitGroup
	begun   bool
}

func run(arguments []string) error {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	folder := flags.String("folder", ".", "where to leave what sidecar and endpoints need")
	first := flags.Int("ports", 20500, "the first of the ports to use: five for listeners, four for each endpoint")
	count := flags.Int("endpoints", 4, "endpoints of every cluster")
	accessLog := flags.String("access-log", "", "where the sidecar writes its access log")
	rate := flags.Float64("rate", 1, "times the usual traffic")
	every := flags.Duration("kill-every", 6*time.Second, "between the return of an endpoint and the next kill")
	_ = flags.Parse(arguments)
	s, err := prepare(*folder, *first, *count)
	if err != nil {
		return err
	}
	defer s.fleet.stop()
	s.log, s.every = *accessLog, *every
	s.traffic.rate = *rate
	if s.traffic.identity, err = s.control.authority.pair("/ns/soak/sa/client"); err != nil {
		return err
	}
	port, err := s.control.serve()
	if err != nil {
		return err
	}
	say(m{"control_plane": port, "listeners": s.mesh.plan.ports})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := s.obey(lines.Text()); err != nil {
			return err
		}
		if lines.Text() == "end" {
			return nil
		}
	}
	return nil
}

func prepare(folder string, first, count int) (*soak, error) {
	authority, err := newAuthority()
	if err != nil {
		return nil, err
	}
	if err := authority.write(folder); err != nil {
		return nil, err
	}
	ports := map[string]int{}
	for i, name := range []string{"http", "tls", "mtls", "tcp", "extra"} {
		ports[name] = first + i
	}
	s := &soak{control: newControl(authority), fleet: newFleet(folder, first+len(ports), count)}
	for i := range count {
		if err := s.fleet.start(i); err != nil {
			s.fleet.stop()
			return nil, err
		}
	}
	s.mesh = newMesh(s.control, s.fleet, ports)
	s.judge = newJudge(s.fleet)
	s.traffic = &traffic{mesh: s.mesh, judge: s.judge}
	return s, s.mesh.change(s.mesh.renew)
}

func (s *soak) obey(command string) error {
	switch command {
	case "begin":
		s.begin()
		say(m{"begun": true})
	case "status":
		say(s.status())
	case "pause":
		s.pause()
		say(s.status())
	case "end":
		s.pause()
		if err := s.judge.settle(s.log); err != nil {
			return err
		}
		for _, k := range kinds {
			s.judge.of(k.name) // those too of which nothing was done
		}
		result := s.status()
		result["kinds"], result["failures"], result["refused"] = s.judge.kinds, s.judge.told, s.control.refusal.Load()
		say(result)
	default:
		return fmt.Errorf("%q is no command", command)
	}
	return nil
}

func (s *soak) begin() {
	s.mesh.mutex.Lock()
	clear(s.mesh.published) // until now nobody could see it
	s.mesh.mutex.Unlock()
	s.over, s.begun = make(chan struct{}), true
	s.busy.Add(2)
	go func() {
		defer s.busy.Done()
		fail(s.mesh.changing(s.over))
	}()
	go func() {
		defer s.busy.Done()
		fail(s.mesh.killing(s.every, s.over))
	}()
	s.traffic.begin()
}

func (s *soak) pause() {
	if s.begun {
		s.begun = false
		s.traffic.end()
		close(s.over)
		s.busy.Wait()
	}
}

func (s *soak) status() m {
	done, excused, failed, waiting := s.judge.counts()
	s.mesh.mutex.Lock()
	defer s.mesh.mutex.Unlock()
	return m{
		"done": done, "excused": excused, "failed": failed, "to_judge": waiting, "changes": s.mesh.changes,
		"nacks": s.control.refused.Load(), "identities": s.control.issued.Load(), "kills": s.fleet.count(),
		"seen": s.mesh.seen, "generation": s.mesh.plan.generation, "worst_lag_seconds": s.mesh.worstLag.Seconds()}
}

func say(what any) {
	line, err := json.Marshal(what)
	fail(err)
	fmt.Println(string(line))
}
