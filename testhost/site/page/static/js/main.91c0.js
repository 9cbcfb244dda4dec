document.getElementById('root').textContent = 'Lectio';
