//! The driver: holds the engine and carries out what follows from each change.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use crate::{
    Options, clock,
    engine::{Effect, Engine, Place, Task},
    events::{Envelope, publisher::Counters},
    faults::Faults,
    jobs::Jobs,
    providers,
    script::Scripts,
};

/// How many events `/control/events` remembers.
const EVENTS: usize = 2000;

/// Everything that the simulator is.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) http: reqwest::Client,
    pub(crate) s3: Option<aws_sdk_s3::Client>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) faults: Faults,
    engine: Mutex<Engine>,
    scripts: Mutex<Scripts>,
    jobs: Mutex<Jobs>,
    tasks: Mutex<HashMap<String, AbortHandle>>,
    holds: Mutex<HashMap<String, Hold>>,
    past_events: Mutex<VecDeque<Envelope>>,
    events: Option<mpsc::UnboundedSender<Envelope>>,
    builds: AtomicU32,
}

/// An action that keeps running until told to go on.
pub(crate) struct Hold {
    pub(crate) pipeline: String,
    pub(crate) execution: String,
    pub(crate) action: String,
    /// With the message to fail with, if it shall.
    pub(crate) go: oneshot::Sender<Option<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(
        options: Options,
        http: reqwest::Client,
        s3: Option<aws_sdk_s3::Client>,
        events: Option<mpsc::UnboundedSender<Envelope>>,
        counters: Arc<Counters>,
    ) -> Self {
        let place = Place {
            account: options.account.clone(),
            region: options.region.clone(),
        };
        Self {
            options,
            http,
            s3,
            counters,
            faults: Faults::default(),
            engine: Mutex::new(Engine::new(place)),
            scripts: Mutex::default(),
            jobs: Mutex::default(),
            tasks: Mutex::default(),
            holds: Mutex::default(),
            past_events: Mutex::default(),
            events,
            builds: AtomicU32::new(0),
        }
    }

    /// Looks at or changes the engine, and sets off what follows.
    pub(crate) fn change<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Engine, Timestamp) -> T,
    ) -> T {
        let mut engine = lock(&self.engine);
        let answer = change(&mut engine, clock::now());
        // Still under the lock, so that events keep the order of the changes that they tell of.
        for effect in engine.take_effects() {
            match effect {
                Effect::Event(event) => self.tell(*event),
                Effect::Perform(task) => self.set_off(*task),
                Effect::Cancel(id) => self.cancel(&id),
            }
        }
        answer
    }

    /// Queues an event for delivery.
    pub(crate) fn tell(&self, event: Envelope) {
        let mut past = lock(&self.past_events);
        past.push_back(event.clone());
        if past.len() > EVENTS {
            past.pop_front();
        }
        drop(past);
        if let Some(events) = &self.events {
            self.counters.queued.fetch_add(1, Ordering::Relaxed);
            let _ = events.send(event);
        }
    }

    /// The events so far, oldest first.
    pub(crate) fn past_events(&self) -> Vec<Envelope> {
        lock(&self.past_events).iter().cloned().collect()
    }

    fn set_off(self: &Arc<Self>, task: Task) {
        let world = Arc::clone(self);
        let id = task.id.clone();
        let mut tasks = lock(&self.tasks);
        let handle = tokio::spawn(async move {
            let result = providers::perform(&world, &task).await;
            lock(&world.tasks).remove(&task.id);
            world.change(|engine, now| engine.finish(&task.id, result, now));
        });
        tasks.insert(id, handle.abort_handle());
    }

    fn cancel(&self, id: &str) {
        lock(&self.holds).remove(id);
        if let Some(task) = lock(&self.tasks).remove(id) {
            task.abort();
        }
    }

    /// Ends all work at once.
    pub(crate) fn shut_down(&self) {
        for (_, task) in lock(&self.tasks).drain() {
            task.abort();
        }
    }

    pub(crate) fn scripts<T>(&self, change: impl FnOnce(&mut Scripts) -> T) -> T {
        change(&mut lock(&self.scripts))
    }

    pub(crate) fn jobs<T>(&self, change: impl FnOnce(&mut Jobs) -> T) -> T {
        change(&mut lock(&self.jobs))
    }

    /// Keeps an action running until [`World::release`]; gives the message to fail with, if it shall.
    pub(crate) async fn hold(&self, task: &Task) -> Option<String> {
        let (go, told) = oneshot::channel();
        let hold = Hold {
            pipeline: task.pipeline.clone(),
            execution: task.execution.clone(),
            action: task.action.name.clone(),
            go,
        };
        lock(&self.holds).insert(task.id.clone(), hold);
        told.await.ok().flatten()
    }

    /// Lets the held actions go on that match; says how many.
    pub(crate) fn release(&self, fail: Option<&str>, matches: impl Fn(&Hold) -> bool) -> usize {
        let mut holds = lock(&self.holds);
        let ids: Vec<String> = holds
            .iter()
            .filter(|(_, hold)| matches(hold))
            .map(|(id, _)| id.clone())
            .collect();
        let released: Vec<Hold> = ids.iter().filter_map(|id| holds.remove(id)).collect();
        drop(holds);
        released
            .into_iter()
            .filter_map(|hold| hold.go.send(fail.map(str::to_owned)).ok())
            .count()
    }

    /// How many actions are held.
    pub(crate) fn held(&self) -> usize {
        lock(&self.holds).len()
    }

    /// The number of the next build.
    pub(crate) fn next_build(&self) -> u32 {
        self.builds.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// One of AWS's own periods, scaled.
    pub(crate) fn scaled(&self, period: Duration) -> Duration {
        period.mul_f64(self.options.time_factor.max(0.0))
    }
}
