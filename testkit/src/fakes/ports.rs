//! All ports in one value, for one client; storage and clock are shared where two clients must meet.

use core::cell::RefCell;
use core::future::Future;
use std::collections::BTreeMap;
use std::rc::Rc;

use ductape_models::ApiKey;
use ductape_models::Error;
use ductape_models::ErrorKind;
use ductape_models::ProductKey;
use ductape_models::Result;
use ductape_models::client::Client;
use ductape_models::client::ClientOptions;
use ductape_models::client::ports::Body;
use ductape_models::client::ports::KeyContext;
use ductape_models::client::ports::KeyResolver;
use ductape_models::client::ports::Observer;
use ductape_models::client::ports::Ports;
use ductape_models::client::ports::Random;
use ductape_models::client::ports::Transport;
use ductape_models::crypto::Keyring;
use ductape_models::http::HttpHead;
use ductape_models::http::HttpRequest;

use super::CountingRandom;
use super::FakeKeyAgent;
use super::FakeObserver;
use super::FakeTools;
use super::MemoryStorage;
use super::VirtualClock;

/// Fakes for every port.
#[derive(Debug)]
pub struct FakePorts<T = NoTransport, R = CountingRandom> {
    /// Storage.
    pub storage: Rc<MemoryStorage>,
    /// Transport.
    pub transport: T,
    /// Time.
    pub clock: Rc<VirtualClock>,
    /// Randomness.
    pub random: R,
    /// Key references.
    pub key_resolver: FakeKeyResolver,
    /// Keys that live elsewhere.
    pub key_agent: FakeKeyAgent,
    /// Tools of agents.
    pub tools: FakeTools,
    /// Who hears of what happens.
    pub observer: Option<Rc<FakeObserver>>,
}

impl<T> FakePorts<T> {
    /// Ports over a fresh store with compare-and-set.
    pub fn new(transport: T) -> Self {
        Self::over(Rc::new(MemoryStorage::new(true)), transport)
    }

    /// Ports over a store that others may use too.
    pub fn over(storage: Rc<MemoryStorage>, transport: T) -> Self {
        Self {
            storage,
            transport,
            clock: Rc::default(),
            random: CountingRandom::default(),
            key_resolver: FakeKeyResolver::default(),
            key_agent: FakeKeyAgent::default(),
            tools: FakeTools::default(),
            observer: None,
        }
    }

    /// The same with another source of randomness.
    pub fn with_random<R>(self, random: R) -> FakePorts<T, R> {
        let Self { storage, transport, clock, random: _, key_resolver, key_agent, tools, observer } = self;
        FakePorts { storage, transport, clock, random, key_resolver, key_agent, tools, observer }
    }

    /// A client with one product key and no declared products.
    pub fn into_client(self) -> Client<Self>
    where
        T: Transport,
    {
        Client::new(self, keyring(1), ClientOptions::default())
    }
}

/// A ring with one product key, which differs by `seed`.
pub fn keyring(seed: u8) -> Keyring {
    Keyring::new(product_key(seed), Vec::new()).unwrap()
}

/// A product key, which differs by `seed`.
pub fn product_key(seed: u8) -> ProductKey {
    ProductKey::from_bytes(core::array::from_fn(|index| {
        seed.wrapping_mul(31) ^ (index as u8).wrapping_mul(7)
    }))
}

/// Runs a client's future on the client's own clock.
pub fn block_on<T: Transport, R: Random, O>(
    client: &Client<FakePorts<T, R>>,
    work: impl Future<Output = O>,
) -> O {
    client.ports().clock.block_on(work)
}

impl<T: Transport, R: Random> Ports for FakePorts<T, R> {
    type Clock = VirtualClock;
    type KeyAgent = FakeKeyAgent;
    type KeyResolver = FakeKeyResolver;
    type Random = R;
    type Storage = MemoryStorage;
    type Tools = FakeTools;
    type Transport = T;

    fn storage(&self) -> &MemoryStorage {
        &self.storage
    }

    fn transport(&self) -> &T {
        &self.transport
    }

    fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    fn random(&self) -> &R {
        &self.random
    }

    fn key_resolver(&self) -> &FakeKeyResolver {
        &self.key_resolver
    }

    fn key_agent(&self) -> &FakeKeyAgent {
        &self.key_agent
    }

    fn tools(&self) -> &FakeTools {
        &self.tools
    }

    fn observer(&self) -> Option<Rc<dyn Observer>> {
        let observer: Rc<dyn Observer> = self.observer.clone()?;
        Some(observer)
    }
}

/// Answers references from a table.
#[derive(Debug, Default)]
pub struct FakeKeyResolver {
    /// Key by reference.
    pub keys: RefCell<BTreeMap<String, String>>,
}

impl KeyResolver for FakeKeyResolver {
    async fn resolve(&self, reference: &str, _context: KeyContext<'_>) -> Result<ApiKey> {
        let keys = self.keys.borrow();
        let missing = || Error::new(ErrorKind::MissingApiKey, "the resolver has no such key");
        Ok(ApiKey::parse("keyRef", keys.get(reference).ok_or_else(missing)?)?.0)
    }
}

/// A transport for tests that send nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTransport;

/// The body that [`NoTransport`] never gives.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl Body for NoBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

impl Transport for NoTransport {
    type Body = NoBody;

    async fn send(&self, _request: HttpRequest) -> Result<(HttpHead, NoBody)> {
        Err(Error::new(ErrorKind::Network, "this test has no network"))
    }
}
