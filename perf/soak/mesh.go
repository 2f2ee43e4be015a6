package main

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// mesh changes what the sidecar is to be, each second, and kills endpoints.
type mesh struct {
	control   *control
	fleet     *fleet
	mutex     sync.Mutex
	plan      plan
	resting   int // an endpoint that is left out though it lives; -1 for none
	dead      int // one that is left out because it was killed
	published map[int]time.Time
	serials   []serial
	extraFrom time.Time // when the listener that comes and goes came last
	worstLag  time.Duration
	seen      int
	changes   int
}

// extraLife is how long the listener that comes and goes stays.
const extraLife = 8 * time.Second

type serial struct {
	number int64
	at     time.Time
}

func newMesh(c *control, f *fleet, ports map[string]int) *mesh {
	return &mesh{control: c, fleet: f, resting: -1, dead: -1, published: map[int]time.Time{}, plan: plan{
		ports: ports, retries: 3, weight: 50, balancing: "LEAST_REQUEST", most: 1000, idle: 300,
		root: string(c.authority.rootPEM())}}
}

// change makes a new generation, after what was done to the plan.
func (w *mesh) change(edit func(p *plan)) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	edit(&w.plan)
	w.plan.generation++
	w.plan.members = nil
	for i, port := range w.fleet.ports {
		if i != w.resting && i != w.dead {
			w.plan.members = append(w.plan.members, port)
		}
	}
	resources, err := w.plan.resources()
	if err != nil {
		return err
	}
	w.changes++
	w.published[w.plan.generation] = time.Now()
	return w.control.publish(w.plan.generation, resources)
}

// renew gives the listeners a new certificate.
func (w *mesh) renew(p *plan) {
	certificate, key, number, err := w.control.authority.workload("/ns/soak/sa/gateway")
	fail(err)
	p.certificate, p.key = string(certificate), string(key)
	w.serials = append(w.serials, serial{number, time.Now()})
}

// changing goes on until it is told to stop.
func (w *mesh) changing(over <-chan struct{}) error {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for step := 1; ; step++ {
		select {
		case <-over:
			return w.change(func(p *plan) {
				w.resting = -1
				p.extra = 0
			})
		case <-ticks.C:
		}
		err := w.change(func(p *plan) {
			p.weight = 10 + rand.IntN(81)
			switch step % 8 {
			case 0, 3:
				w.rest()
			case 1:
				p.retries = 3 + step/8%2
			case 2:
				w.renew(p)
			case 4:
				p.balancing = []string{"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM"}[step/8%3]
			case 5:
				p.most = 1000 + step%100
			case 6:
				p.idle = 300 + step/8%2
			case 7:
				if p.extra == 0 {
					p.extra, w.extraFrom = p.generation+1, time.Now()
				} else {
					p.extra = 0
				}
			}
		})
		if err != nil {
			return err
		}
	}
}

// rest takes one endpoint out, or in again.
func (w *mesh) rest() {
	if w.resting >= 0 {
		w.resting = -1
	} else {
		w.resting = rand.IntN(len(w.fleet.ports))
	}
}

// killing takes endpoints one after the other: killed while they are used, killed when they have been taken out, or made to hang.
func (w *mesh) killing(every time.Duration, over <-chan struct{}) error {
	for turn := 0; ; turn++ {
		select {
		case <-over:
			return nil
		case <-time.After(every):
		}
		i := turn % len(w.fleet.ports)
		if err := w.disrupt(i, turn); err != nil {
			return err
		}
	}
}

func (w *mesh) disrupt(i, turn int) error {
	switch {
	case turn%5 == 4:
		return w.fleet.hang(i, time.Second)
	case turn%5 == 3:
		if err := w.reserve(i); err != nil {
			return err
		}
		time.Sleep(1500 * time.Millisecond)
		if err := w.fleet.kill(i); err != nil {
			return err
		}
	default:
		if err := w.fleet.kill(i); err != nil {
			return err
		}
		// It takes a while until a control plane knows.
		time.Sleep(time.Second)
		if err := w.reserve(i); err != nil {
			return err
		}
	}
	time.Sleep(time.Second)
	if err := w.fleet.start(i); err != nil {
		return err
	}
	return w.reserve(-1)
}

// reserve takes an endpoint out for as long as it is dead.
func (w *mesh) reserve(i int) error {
	return w.change(func(*plan) { w.dead = i })
}

// saw notes the generation that an answer came from.
func (w *mesh) saw(generation int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if generation <= w.seen {
		return
	}
	w.seen = generation
	for g, at := range w.published {
		if g <= generation {
			w.worstLag = max(w.worstLag, time.Since(at))
			delete(w.published, g)
		}
	}
}

// current says whether a certificate may be shown now: a new one needs some time to arrive.
func (w *mesh) current(number int64, within time.Duration) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	at := slices.IndexFunc(w.serials, func(s serial) bool { return s.number == number })
	return at == len(w.serials)-1 || at >= 0 && time.Since(w.serials[at+1].at) < within
}

// extraOpen says whether the listener that comes and goes is surely there, and stays for a moment.
func (w *mesh) extraOpen() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.plan.extra > 0 && w.seen > w.plan.extra && time.Since(w.extraFrom) < extraLife-2*time.Second
}
