package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// killing is when which process was killed. On a busy machine it goes on for a while until it is gone, and is sent requests.
type killing struct {
	name string
	port int
	at   time.Time
	gone time.Time // zero while it is not
}

// fleet is the endpoints: processes that are killed and started again on the same ports.
type fleet struct {
	folder string
	mutex  sync.Mutex
	ports  []int
	births []int
	living []*process
	kills  []killing
}

type process struct {
	command *exec.Cmd
	stdin   io.Closer
	name    string
}

func newFleet(folder string, firstPort, count int) *fleet {
	f := &fleet{folder: folder, births: make([]int, count), living: make([]*process, count)}
	for i := range count {
		f.ports = append(f.ports, firstPort+4*i)
	}
	return f
}

// start returns when the endpoint's ports are open.
func (f *fleet) start(i int) error {
	f.mutex.Lock()
	f.births[i]++
	name := fmt.Sprintf("%d.%d", i, f.births[i])
	f.mutex.Unlock()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(self, "backend", "-name", name, "-port", fmt.Sprint(f.ports[i]), "-folder", f.folder)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if strings.TrimSpace(line) != "ready" {
		return fmt.Errorf("backend %s did not start: %v", name, errors.Join(err, command.Wait()))
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.living[i] = &process{command, stdin, name}
	return nil
}

// kill ends an endpoint without a word.
func (f *fleet) kill(i int) error {
	f.mutex.Lock()
	victim := f.living[i]
	f.living[i] = nil
	number := len(f.kills)
	f.kills = append(f.kills, killing{name: victim.name, port: f.ports[i], at: time.Now()})
	f.mutex.Unlock()
	err := victim.command.Process.Kill()
	_ = victim.command.Wait()
	f.mutex.Lock()
	f.kills[number].gone = time.Now()
	f.mutex.Unlock()
	return err
}

// hang stops an endpoint for a while; its sockets stay.
func (f *fleet) hang(i int, d time.Duration) error {
	f.mutex.Lock()
	victim := f.living[i].command.Process
	f.mutex.Unlock()
	err := victim.Signal(syscall.SIGSTOP)
	time.Sleep(d)
	return errors.Join(err, victim.Signal(syscall.SIGCONT))
}

func (f *fleet) stop() {
	for i, each := range f.living {
		if each != nil {
			_ = f.kill(i)
		}
	}
}

// Clocks of processes are read apart, and what a kill breaks is seen a little later.
const slack = 250 * time.Millisecond

// killed says whether a backend of this name was killed before a moment.
func (f *fleet) killed(name string, until time.Time) bool {
	return f.any(func(k killing) bool { return k.name == name && k.at.Before(until.Add(slack)) })
}

// killedAt says whether the backend with this port was being killed between two moments.
func (f *fleet) killedAt(port int, from, until time.Time) bool {
	return f.any(func(k killing) bool {
		gone := k.gone.IsZero() || k.gone.After(from.Add(-slack))
		return port >= k.port && port < k.port+4 && gone && k.at.Before(until.Add(slack))
	})
}

func (f *fleet) any(fits func(killing) bool) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, k := range f.kills {
		if fits(k) {
			return true
		}
	}
	return false
}

func (f *fleet) count() int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(f.kills)
}
